// A session whose code is still on its way. Nothing has happened to it yet: commands fail as on a closed one, `connect`
// waits, and a call to take over is taken over as soon as there is something to do it with.

import type { RunToolApprovalItem } from '../agent/approval-item.ts';
import type { Deferred } from '../deferred.ts';
import { deferred } from '../deferred.ts';
import type { RealtimeItem } from '../protocol/items.ts';
import type { SessionAgent } from '../session-events.ts';
import type { RealtimeSessionConnectOptions } from '../session-options.ts';
import { needsConnection, notConnected } from '../session/commands.ts';
import type { CommandInput } from '../session/input.ts';
import type { RealtimeMcpToolInfo } from '../transports/transport.ts';
import { alreadyConnected, connectAborted } from './connect-errors.ts';
import type { Restoration } from './restoration.ts';
import type { RuntimeModule } from './runtime-source.ts';
import type { SessionMachine, UnsettledCommand } from './session-machine.ts';
import type { SessionParts } from './session-parts.ts';

interface Waiting {
  readonly options: RealtimeSessionConnectOptions;
  /** Opened by then or not: sound must begin within the user's gesture. */
  readonly audio: Promise<void> | undefined;
  readonly done: Deferred<void>;
}

/** How a session comes by its runtime. */
interface Loading<TContext> {
  /** Gets the code; called again when it was rejected and the app connects. */
  readonly load: () => Promise<RuntimeModule>;
  /** Takes what has the session from then on. */
  readonly onLoaded: (machine: SessionMachine<TContext>) => void;
}

/** Stands in for the runtime of one session. */
export class UnloadedRuntime<TContext> implements SessionMachine<TContext> {
  readonly #parts: SessionParts<TContext>;
  readonly #loading: Loading<TContext>;
  #waiting: Waiting | null = null;
  #restoration: Restoration<TContext> | null = null;
  #isLoading = false;

  constructor(parts: SessionParts<TContext>, loading: Loading<TContext>) {
    this.#parts = parts;
    this.#loading = loading;
    this.#load();
  }

  get currentAgent(): SessionAgent<TContext> {
    return this.#parts.initialAgent;
  }

  get history(): RealtimeItem[] {
    return [];
  }

  get availableMcpTools(): RealtimeMcpToolInfo[] {
    return [];
  }

  async connect(options: RealtimeSessionConnectOptions): Promise<void> {
    if (this.#waiting !== null) throw alreadyConnected();
    const audio = this.#parts.openAudio();
    audio?.catch(() => {});
    const done = deferred<void>();
    this.#waiting = { options, audio, done };
    this.#load();
    return done.promise;
  }

  close(): void {
    this.#abandon(connectAborted());
  }

  sendAudio(audio: ArrayBuffer, options: { commit?: boolean }): void {
    for (const feature of this.#parts.hearers) feature.onUserAudio?.(audio);
    this.#parts.transport.sendAudio(audio, options);
  }

  addImage(): void {
    this.command({ type: 'requestResponse' });
  }

  command({ type }: Pick<CommandInput, 'type'>): void {
    if (needsConnection(type)) throw notConnected(type, 'closed');
  }

  async settled(command: UnsettledCommand): Promise<void> {
    this.command(command);
  }

  /** None has been asked about yet. */
  answerHosted({ rawItem }: RunToolApprovalItem): boolean {
    return rawItem.type !== 'function_call';
  }

  /** Features begin with the connection. */
  featureInput(): void {}

  restore(restoration: Restoration<TContext>): void {
    this.#restoration = restoration;
  }

  #load(): void {
    if (this.#isLoading) return;
    this.#isLoading = true;
    this.#loading
      .load()
      .then((module) => this.#start(module))
      .catch((error: unknown) => {
        this.#isLoading = false;
        this.#abandon(error);
      });
  }

  #start({ SessionRuntime }: RuntimeModule): void {
    const runtime = new SessionRuntime(this.#parts);
    if (this.#restoration !== null) runtime.restore(this.#restoration);
    this.#loading.onLoaded(runtime);
    const waiting = this.#waiting;
    if (waiting !== null)
      runtime.connect(waiting.options, waiting.audio).then(waiting.done.resolve, waiting.done.reject);
  }

  #abandon(error: unknown): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting === null) return;
    this.#parts.options.audio?.close();
    waiting.done.reject(error);
  }
}
