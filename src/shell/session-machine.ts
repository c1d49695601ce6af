import type { RunToolApprovalItem } from '../agent/approval-item.ts';
import type { RealtimeAgent } from '../agent/agent.ts';
import type { RealtimeItem } from '../protocol/items.ts';
import type { SessionAgent } from '../session-events.ts';
import type { RealtimeSessionConnectOptions } from '../session-options.ts';
import type { CommandInput } from '../session/input.ts';
import type { RealtimeMcpToolInfo } from '../transports/transport.ts';
import type { HostedDecision } from './hosted-tools.ts';
import type { Restoration } from './restoration.ts';

/** A command that the session core settles. */
export type SettledCommand = Extract<CommandInput, { readonly commandId: string }>;
/** The same as the app gives it. */
export type UnsettledCommand = SettledCommand extends infer T
  ? T extends unknown
    ? Omit<T, 'commandId'>
    : never
  : never;

/** What goes with a command and is no plain data. */
export interface CommandSubject<TContext> {
  /** The agent that it is about. */
  readonly agent?: RealtimeAgent<TContext>;
  /** Called when it can be carried out, before it is. */
  readonly onAccepted?: () => void;
}

/** What a session does: all of it once its runtime has loaded, and until then what can be done without. */
export interface SessionMachine<TContext> {
  readonly currentAgent: SessionAgent<TContext>;
  /** A fresh array of the shared items. */
  readonly history: RealtimeItem[];
  /** Tools of hosted servers that the current agent can use. */
  readonly availableMcpTools: RealtimeMcpToolInfo[];
  /** Opens the connection. Rejects when it is open, when it can't be opened, and when `close` comes first. */
  connect(options: RealtimeSessionConnectOptions): Promise<void>;
  /** Ends the connection, or the attempt at one. */
  close(): void;
  /** Sends audio of the user; without a connection that is being made again, its youngest stretch waits. */
  sendAudio(audio: ArrayBuffer, options: { commit?: boolean }): void;
  /** Shows the model an image. Throws when the session is not connected. */
  addImage(image: string, triggerResponse: boolean): void;
  /** A command without a result; throws if it can't be carried out now. */
  command(command: CommandInput): void;
  /** A command that the core settles, now or later. */
  settled(command: UnsettledCommand, about?: CommandSubject<TContext>): Promise<void>;
  /** Passes a decision about a hosted tool on. False if the item is no request of one. */
  answerHosted(item: RunToolApprovalItem, decision: HostedDecision): boolean;
  /** Gives the core of an optional feature an input. */
  featureInput(feature: string, detail: unknown): void;
  /** Takes over the call that the journal tells of; the next `connect` goes on with it. */
  restore(restoration: Restoration<TContext>): void;
}
