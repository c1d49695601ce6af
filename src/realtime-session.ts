// The public face of a session. What it does is decided in `session/` and carried out by `shell/`.

import { EventEmitter } from '#emitter';
import { runtimeSource } from '#session-runtime';
import type { RealtimeAgent } from './agent/agent.ts';
import type { RunToolApprovalItem } from './agent/approval-item.ts';
import { callIdOf } from './agent/approval-item.ts';
import type { ApprovalSubject, RealtimeContextData, RunContext } from './agent/run-context.ts';
import { realtimeContext } from './agent/run-context.ts';
import type { Usage } from './agent/usage.ts';
import { UserError } from './errors.ts';
import type { RealtimeItem } from './protocol/items.ts';
import type { SessionConfig } from './protocol/session-config.ts';
import type { RealtimeSessionEventTypes, SessionAgent } from './session-events.ts';
import type { JournalEntry } from './session/journal.ts';
import type {
  RealtimeResumeOptions,
  RealtimeSessionConnectOptions,
  RealtimeSessionOptions,
} from './session-options.ts';
import { checkSessionOptions } from './session-options.ts';
import { optional } from './shell/optional.ts';
import { loadedRuntime } from './shell/loaded-runtime.ts';
import type { SessionMachine } from './shell/session-machine.ts';
import type { SessionParts } from './shell/session-parts.ts';
import { sessionParts } from './shell/session-parts.ts';
import { UnloadedRuntime } from './shell/unloaded-runtime.ts';
import { onRejection } from './thenable.ts';
import { checkHistory, checkMessage, checkedAudio } from './user-input.ts';
import type { ApiKey, RealtimeMcpToolInfo, RealtimeTransportLayer, RealtimeUserInput } from './transports/transport.ts';

/** Made once: audio goes out every 20 ms. */
const NO_OPTIONS = {};

/** A conversation by voice: it keeps the history, runs tools, guardrails and handoffs, and knows what was heard. */
export class RealtimeSession<TBaseContext = unknown> extends EventEmitter<RealtimeSessionEventTypes<TBaseContext>> {
  readonly initialAgent: SessionAgent<TBaseContext>;
  readonly options: Partial<RealtimeSessionOptions<TBaseContext>>;
  readonly #parts: SessionParts<TBaseContext>;
  #machine: SessionMachine<TBaseContext>;

  /** @param initialAgent The agent that begins each connection. */
  constructor(initialAgent: SessionAgent<TBaseContext>, options: Partial<RealtimeSessionOptions<TBaseContext>> = {}) {
    super();
    checkSessionOptions(options);
    this.initialAgent = initialAgent;
    this.options = withoutPlainKey(options);
    this.#parts = sessionParts(this, initialAgent, options, () => this.#machine);
    const { ready } = runtimeSource;
    this.#machine =
      ready === null
        ? new UnloadedRuntime(this.#parts, { load: loadedRuntime, onLoaded: (machine) => (this.#machine = machine) })
        : new ready.SessionRuntime(this.#parts);
  }

  /**
   * Goes on with the call that a journal tells of, in place of the session that wrote it. Listeners and then `connect` come
   * next: the new connection is told the history, the agent in charge is restored, approvals are asked for again. A tool
   * that had been started never runs again; the model reads that its result was lost. In a browser, where `preload` has
   * not resolved yet, `history` and `currentAgent` follow once the code is there, and what is wrong rejects `connect`.
   */
  static resume<TBaseContext = unknown>(
    entries: Iterable<JournalEntry>,
    { agents, heard = [], ...options }: RealtimeResumeOptions<TBaseContext>,
  ): RealtimeSession<TBaseContext> {
    const [initialAgent] = agents;
    if (initialAgent === undefined) {
      throw new UserError('resume needs the agents of the call, the initial one first', { code: 'ERR_UNKNOWN_AGENT' });
    }
    const session = new RealtimeSession(initialAgent, options);
    // An agent may name the history in its context type or leave it out; at run time both get the same.
    session.#machine.restore({ entries, agents: agents as readonly RealtimeAgent<TBaseContext>[], heard });
    return session;
  }

  /**
   * Loads what a conversation needs, where it is not there yet: in browsers, which otherwise get it as a session is made.
   * Rejects with `ERR_CODE_NOT_LOADED`.
   */
  static async preload(): Promise<void> {
    await loadedRuntime();
  }

  /** What tools and guardrails are given. */
  get context(): RunContext<RealtimeContextData<TBaseContext>> {
    return this.#parts.runContext;
  }

  get currentAgent(): SessionAgent<TBaseContext> {
    return this.#machine.currentAgent;
  }

  /** The conversation so far: a fresh array of shared items, which must not be changed. */
  get history(): RealtimeItem[] {
    return this.#machine.history;
  }

  /** Null when the transport does not handle muting. */
  get muted(): boolean | null {
    return (this.options.audio ?? this.#parts.transport).muted;
  }

  get transport(): RealtimeTransportLayer {
    return this.#parts.transport;
  }

  get usage(): Usage {
    return this.#parts.runContext.usage;
  }

  /** Tools of hosted servers that the current agent can use. */
  get availableMcpTools(): RealtimeMcpToolInfo[] {
    return this.#machine.availableMcpTools;
  }

  /** Opens the connection, with a fresh history and the initial agent. */
  connect(options: RealtimeSessionConnectOptions = {}): Promise<void> {
    return this.#machine.connect(options);
  }

  /** Ends the connection: running tools are told to stop, queued audio is dropped, the history stays readable. */
  close(): void {
    this.#machine.close();
  }

  /** Sends a message of the user and asks for an answer. */
  sendMessage(message: RealtimeUserInput, otherEventData: Record<string, unknown> = {}): void {
    checkMessage(message);
    this.#machine.command({ type: 'sendMessage', message, otherEventData });
  }

  /** Shows the model an image, given as a data URL. */
  addImage(image: string, { triggerResponse = true }: { triggerResponse?: boolean } = {}): void {
    this.#machine.addImage(image, triggerResponse);
  }

  /**
   * Sends audio of the user in the session's input format; `commit` ends the turn with it. While a lost connection is
   * being made again, the youngest 480 kB (10 s of PCM16 at 24 kHz) are kept and sent first.
   */
  sendAudio(audio: ArrayBuffer | ArrayBufferView, options: { commit?: boolean } = NO_OPTIONS): void {
    this.#machine.sendAudio(checkedAudio(audio), options);
  }

  mute(muted: boolean): void {
    onRejection((this.options.audio ?? this.#parts.transport).mute(muted), this.#parts.report);
  }

  /** Stops the agent, as if the user had begun to speak. */
  interrupt(): void {
    this.#machine.command({ type: 'interrupt' });
  }

  /** For apps that play the agent's audio themselves: says how far an item was played. */
  reportPlayback(report: { itemId: string; contentIndex?: number; playedMs: number }): void {
    const playout = this.#parts.driven?.playout;
    if (playout !== undefined && 'reportPlayback' in playout && typeof playout.reportPlayback === 'function') {
      playout.reportPlayback(report);
      return;
    }
    throw new UserError('reportPlayback() is for a transport whose audio the app plays; this one knows by itself', {
      code: 'ERR_PLAYBACK_OWNED',
    });
  }

  /** Gives the conversation to another agent. Resolves when the server was told. */
  updateAgent(newAgent: RealtimeAgent<TBaseContext>): Promise<RealtimeAgent<TBaseContext>> {
    return optional(async () => {
      if (typeof newAgent?.name !== 'string' || typeof newAgent.getSystemPrompt !== 'function') {
        throw new UserError('updateAgent() takes a RealtimeAgent', { code: 'ERR_AGENT_KIND' });
      }
      await this.#machine.settled({ type: 'updateAgent', agentName: newAgent.name }, { agent: newAgent });
      return newAgent;
    });
  }

  /**
   * Asks the server to make the history so; the local one changes as the server confirms. Throws `ERR_HISTORY_ITEM` before
   * anything is sent, for items that the service can't be given.
   */
  updateHistory(newHistory: RealtimeItem[] | ((history: RealtimeItem[]) => RealtimeItem[])): void {
    const items = typeof newHistory === 'function' ? newHistory(structuredClone(this.history)) : newHistory;
    checkHistory(items);
    this.#machine.command({ type: 'updateHistory', items });
  }

  /**
   * Lets a call run that waits for approval; with `alwaysApprove` every later call of that tool by that agent, too. A second
   * decision changes nothing. Rejects with `ERR_UNKNOWN_CALL` for an item that is not of this connection, or was changed.
   */
  approve(subject: ApprovalSubject, { alwaysApprove = false }: { alwaysApprove?: boolean } = {}): Promise<void> {
    return optional(async () => {
      const approvalItem = subject as RunToolApprovalItem;
      const decision = { isApproved: true, isStanding: alwaysApprove };
      if (this.#machine.answerHosted(approvalItem, decision)) return;
      await this.#machine.settled(
        { type: 'approve', ...calledBy(approvalItem), always: alwaysApprove },
        { onAccepted: () => this.#parts.runContext.approveTool(approvalItem, { alwaysApprove }) },
      );
    });
  }

  /** Refuses a call that waits for approval, as `approve` lets it run; `message` is what the model is told. */
  reject(
    subject: ApprovalSubject,
    { alwaysReject = false, message }: { alwaysReject?: boolean; message?: string } = {},
  ): Promise<void> {
    return optional(async () => {
      const approvalItem = subject as RunToolApprovalItem;
      const decision = { isApproved: false, isStanding: alwaysReject, reason: message };
      if (this.#machine.answerHosted(approvalItem, decision)) return;
      await this.#machine.settled(
        { type: 'reject', ...calledBy(approvalItem), always: alwaysReject, message },
        { onAccepted: () => this.#parts.runContext.rejectTool(approvalItem, { alwaysReject, message }) },
      );
    });
  }

  /** The configuration that `connect` would send. */
  async getInitialSessionConfig(overrides: SessionConfig = {}): Promise<SessionConfig> {
    const { initialConfig } = await loadedRuntime();
    return initialConfig(this.initialAgent, this.options, this.#parts.runContext, overrides);
  }

  /** The configuration that a session of `agent` would begin with, without making one. */
  static async computeInitialSessionConfig<TBaseContext = unknown>(
    agent: SessionAgent<TBaseContext>,
    options: Partial<RealtimeSessionOptions<TBaseContext>> = {},
    overrides: SessionConfig = {},
  ): Promise<SessionConfig> {
    checkSessionOptions(options);
    const { initialConfig } = await loadedRuntime();
    return initialConfig(
      agent,
      options,
      realtimeContext(options.context, () => []),
      overrides,
    );
  }
}

/** The call that an item asks about. */
function calledBy(item: RunToolApprovalItem): { callId: string; arguments?: string } {
  const { arguments: text } = item.rawItem;
  return { callId: callIdOf(item), ...(text !== undefined && { arguments: text }) };
}

/** The options for everybody to see: a key in a closure is not printed with the session. */
function withoutPlainKey<T extends { apiKey?: ApiKey }>(options: T): T {
  const { apiKey } = options;
  return typeof apiKey === 'string' ? { ...options, apiKey: () => apiKey } : options;
}
