// The machine between the public class and the session core: it queues inputs, steps the core, carries out effects, and
// reads the transport. Everything that happens runs as one task after the other, so a command that a listener issues
// waits its turn.

import { CallRunner, DEFAULT_TOOL_TIMEOUT_MS } from '../agent/call-runner.ts';
import type { AgentOffer, RealtimeAgent } from '../agent/agent.ts';
import { DEFAULT_GUARDRAIL_TIMEOUT_MS } from '../agent/guardrail.ts';
import type { RealtimeContextData } from '../agent/run-context.ts';
import { RunContext, realtimeContext } from '../agent/run-context.ts';
import { Usage } from '../agent/usage.ts';
import type { Clock } from '../clock.ts';
import { systemClock } from '../clock.ts';
import { SessionError } from '../errors.ts';
import type { RealtimeItem } from '../protocol/items.ts';
import { jitterOf, reconnectPolicy } from '../reconnect-options.ts';
import type { SessionAgent } from '../session-events.ts';
import type { RealtimeSessionConnectOptions, RealtimeSessionOptions } from '../session-options.ts';
import { guardrailDebounceLength } from '../session-options.ts';
import type { StepFunction } from '../session/feature.ts';
import { stepThrough } from '../session/feature.ts';
import type {
  CommandInput,
  FeatureInput,
  PlayoutInput,
  ResponseUsage,
  SessionInput,
  SettlementInput,
  TimerInput,
  TransportInput,
} from '../session/input.ts';
import type { SessionEffect } from '../session/effect.ts';
import { itemsOf } from '../session/item-list.ts';
import type { SessionState } from '../session/state.ts';
import { initialSession } from '../session/state.ts';
import { acceptsAudio, checkCommand, step } from '../session/step.ts';
import { defaultTransport } from '../transports/defaults.ts';
import type { DrivableTransport, RealtimeTransportLayer } from '../transports/transport.ts';
import { isDrivable } from '../transports/transport.ts';
import { AgentRoster } from './agent-roster.ts';
import { Announcer } from './announcer.ts';
import { Connector } from './connector.ts';
import { EffectRunner } from './effect-runner.ts';
import { HeldAudio } from './held-audio.ts';
import { JournalWriter } from './journal-writer.ts';
import { frozenItems } from './frozen-items.ts';
import { HostedTools } from './hosted-tools.ts';
import type { ListenerSource } from '../isolated-emit.ts';
import { OpenCommands } from './open-commands.ts';
import type { Restoration } from './restoration.ts';
import { takeOver } from './restoration.ts';
import type { FeatureShell } from './session-feature.ts';
import { attachFeatures } from './session-feature.ts';
import { TaskQueue } from './task-queue.ts';
import type { IncomingAudio } from './transport-inputs.ts';
import { readTransport } from './transport-inputs.ts';

/** An input as it comes up; the time is put to it when it is its turn. */
type UnstampedInput = TransportInput | CommandInput | SettlementInput | PlayoutInput | TimerInput | FeatureInput;
/** A command that the core settles. */
type SettledCommand = Extract<CommandInput, { readonly commandId: string }>;
type Unsettled<T> = T extends unknown ? Omit<T, 'commandId'> : never;

let sessionCount = 0;

/** What runs one session. */
export class SessionRuntime<TBaseContext> {
  readonly transport: RealtimeTransportLayer;
  /** The transport, if the session drives it. */
  readonly driven: DrivableTransport | null;
  readonly runContext: RunContext<RealtimeContextData<TBaseContext>>;
  readonly roster: AgentRoster<TBaseContext>;
  readonly hosted: HostedTools = new HostedTools();
  readonly #options: Partial<RealtimeSessionOptions<TBaseContext>>;
  readonly #clock: Clock;
  readonly #calls: CallRunner<TBaseContext>;
  readonly #effects: EffectRunner<TBaseContext>;
  readonly #seed = `s${++sessionCount}`;
  readonly #commands = new OpenCommands<TBaseContext>(this.#seed);
  readonly #announcer: Announcer<TBaseContext>;
  readonly #tasks: TaskQueue;
  readonly #connector: Connector;
  readonly #journal: JournalWriter | null;
  readonly #heldAudio = new HeldAudio();
  readonly #step: StepFunction;
  readonly #features: ReadonlyMap<string, FeatureShell>;
  /** Features that the user's audio goes by. */
  readonly #hearers: readonly FeatureShell[];
  #state: SessionState;
  #audibleItem = '';
  /** When the app last sent audio that the server can hear. */
  #lastAudioAtMs: number | null = null;
  /** The call was taken over from its journal, and its first connection here is still to come. */
  #isAwaitingConnect = false;
  /** What the takeover led to; done as soon as the app connects. */
  #leftOver: readonly SessionEffect[] = [];

  /** @param emitter The session that listeners are registered with. */
  constructor(
    emitter: ListenerSource,
    initialAgent: SessionAgent<TBaseContext>,
    options: Partial<RealtimeSessionOptions<TBaseContext>>,
  ) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    const { transport } = options;
    this.transport =
      typeof transport === 'object'
        ? transport
        : defaultTransport(transport, { clock: this.#clock, playout: options.audio?.playout });
    this.driven = isDrivable(this.transport) ? this.transport : null;
    this.runContext = realtimeContext(options.context, () => this.history);
    this.roster = new AgentRoster(initialAgent, options, this.runContext);
    this.#state = initialSession({
      agentName: initialAgent.name,
      seed: this.#seed,
      guardrailDebounceLength: guardrailDebounceLength(options),
      guardrailCount: options.outputGuardrails?.length ?? 0,
      reconnect: reconnectPolicy(options.reconnect),
    });
    this.#announcer = new Announcer({
      emitter,
      clock: this.#clock,
      runContext: this.runContext,
      roster: this.roster,
      hosted: this.hosted,
      toolOf: (call) => this.#calls.toolOf(call.callId),
      currentOffer: () => this.currentOffer,
      decideHosted: (item, decision) => this.#tasks.add(() => void this.hosted.answer(item, this.transport, decision)),
      history: () => this.history,
      decide: (callId, isApproved) =>
        void this.settled({ type: isApproved ? 'approve' : 'reject', callId, always: false }),
    });
    this.#tasks = new TaskQueue({ onError: this.#announcer.report, onIdle: () => this.#announcer.tellHistory() });
    this.#calls = new CallRunner({
      clock: this.#clock,
      runContext: this.runContext,
      formatError: options.toolErrorFormatter,
      defaultTimeoutMs: options.toolExecution?.defaultTimeoutMs ?? DEFAULT_TOOL_TIMEOUT_MS,
      guardsBeforeApproval: options.toolExecution?.preApprovalInputGuardrails === true,
      report: this.#announcer.report,
    });
    const { journal } = options;
    this.#journal = journal === undefined ? null : new JournalWriter(journal, this.#announcer.report);
    this.driven?.drive();
    this.#step = stepThrough(
      step,
      (options.features ?? []).map(({ core }) => core),
    );
    this.#features = attachFeatures(options.features ?? [], {
      transport: this.transport,
      driven: this.driven,
      clock: this.#clock,
      runContext: this.runContext,
      hasGuardrails: guardrailDebounceLength(options) !== null,
      post: (feature, detail) => this.#post({ type: 'featureInput', feature, detail }),
      report: this.#announcer.report,
    });
    this.#hearers = [...this.#features.values()].filter((feature) => 'onUserAudio' in feature);
    this.#effects = new EffectRunner({
      clock: this.#clock,
      transport: this.transport,
      driven: this.driven,
      runContext: this.runContext,
      roster: this.roster,
      calls: this.#calls,
      guardrails: options.outputGuardrails ?? [],
      guardrailTimeoutMs: options.outputGuardrailSettings?.timeoutMs ?? DEFAULT_GUARDRAIL_TIMEOUT_MS,
      features: this.#features,
      post: (input) => this.#post(input),
      announce: (notice) => this.#announcer.announce(notice),
      commands: this.#commands,
      reconnect: () => void this.#connector.reopen(),
      lastAudioAtMs: () => this.#lastAudioAtMs,
      journal: this.#journal,
      jitter: jitterOf(options.reconnect),
    });
    this.#connector = new Connector({
      transport: this.transport,
      driven: this.driven,
      defaults: options,
      configure: async (overrides) => {
        const { config, offer } = await this.roster.prepare(this.currentAgent, overrides);
        this.roster.enter(offer);
        return config;
      },
      configured: (config) => this.roster.markSent(config),
      post: (input) => this.#post(input),
      addTask: (task) => this.#tasks.add(task),
      prepare: () => options.audio?.open((packet) => this.sendAudio(packet, {})),
      isClosed: () => this.#state.connection === 'closed',
    });
    this.#read();
  }

  get currentAgent(): RealtimeAgent<TBaseContext> {
    return this.roster.get(this.#state.agentName);
  }

  /** What the current agent offers the model. */
  get currentOffer(): AgentOffer<TBaseContext> {
    return this.roster.offerOf(this.#state.agentName);
  }

  /** A fresh array of the shared items. */
  get history(): RealtimeItem[] {
    return frozenItems(itemsOf(this.#state.history.items));
  }

  /** Opens the connection. Rejects when it is open, when it can't be opened, and when `close` comes first. */
  async connect(options: RealtimeSessionConnectOptions): Promise<void> {
    const isResuming = this.#isAwaitingConnect;
    if (this.#connector.isConnecting || (this.#state.connection !== 'closed' && !isResuming)) {
      throw new SessionError('connect() was called on an open session; close() it first, or make another session', {
        code: 'ERR_ALREADY_CONNECTED',
      });
    }
    const leftOver = this.#leftOver;
    this.#leftOver = [];
    if (isResuming) this.#tasks.add(() => this.#effects.run(leftOver));
    else this.#begin();
    await this.#connector.open(options, isResuming, () => this.#announcer.markHistoryStale());
  }

  #begin(): void {
    this.roster.reset();
    this.hosted.reset();
    RunContext.forgetCalls(this.runContext as RunContext<never>);
    this.#audibleItem = '';
    this.#lastAudioAtMs = null;
    this.#post({ type: 'connecting', agentName: this.roster.initial.name });
  }

  /** Takes over the call that the journal tells of; the next `connect` goes on with it. */
  restore(restoration: Restoration<TBaseContext>): void {
    const successor = {
      step: this.#step,
      state: this.#state,
      isDriven: this.driven !== null,
      nowMs: this.#clock.nowMs(),
    };
    [this.#state, this.#leftOver] = takeOver(restoration, successor);
    this.#isAwaitingConnect = true;
    for (const agent of restoration.agents) this.roster.add(agent);
    this.#bill(this.#state.usage.perResponse);
  }

  /** Ends the connection, or the attempt at one. */
  close(): void {
    const wasConnecting = this.#connector.abandon();
    this.#tasks.add(() => {
      if (!wasConnecting && this.#state.connection === 'closed') return;
      this.#apply({ type: 'close' });
      this.transport.close();
    });
  }

  /** Sends audio of the user; without a connection that is being made again, its youngest stretch waits. */
  sendAudio(audio: ArrayBuffer, options: { commit?: boolean }): void {
    for (const feature of this.#hearers) feature.onUserAudio?.(audio);
    if (this.transport.muted !== true) this.#lastAudioAtMs = this.#clock.nowMs();
    if (this.#state.connection === 'reconnecting') this.#heldAudio.add(audio, options);
    else this.transport.sendAudio(audio, options);
  }

  /** Shows the model an image. Throws when the session is not connected. */
  addImage(image: string, triggerResponse: boolean): void {
    checkCommand(this.#state, { type: 'requestResponse' });
    this.#tasks.add(() => {
      this.transport.addImage(image, { triggerResponse: this.driven === null && triggerResponse });
      if (this.driven !== null && triggerResponse) this.#apply({ type: 'requestResponse' });
    });
  }

  /** A command without a result; throws here if it can't be carried out now. */
  command(command: CommandInput): void {
    checkCommand(this.#state, command);
    this.#post(command);
  }

  /** A command that the core settles, now or later. */
  settled(command: Unsettled<SettledCommand>, agent?: RealtimeAgent<TBaseContext>): Promise<void> {
    const { commandId, promise } = this.#commands.open(agent);
    const input: SettledCommand = { ...command, commandId };
    try {
      this.command(input);
    } catch (error) {
      this.#commands.settle(commandId, error);
    }
    return promise;
  }

  #post(input: UnstampedInput): void {
    this.#tasks.add(() => this.#apply(input));
  }

  #apply(input: UnstampedInput): void {
    const before = this.#state;
    const stamped: SessionInput = { ...input, atMs: this.#clock.nowMs() };
    this.#journal?.record(before, stamped);
    const [next, effects] = this.#step(before, stamped);
    this.#state = next;
    if (next.usage !== before.usage) this.#bill(next.usage.perResponse.slice(before.usage.perResponse.length));
    this.#effects.run(effects);
    if (before.connection !== next.connection) this.#connectionChanged(before.connection);
  }

  #bill(responses: readonly ResponseUsage[]): void {
    for (const entry of responses) this.runContext.usage.add(new Usage({ ...entry, requests: 1 }));
  }

  #connectionChanged(before: SessionState['connection']): void {
    const { connection } = this.#state;
    this.#isAwaitingConnect = false;
    if (connection !== 'open') this.#announcer.dropHosted();
    if (connection === 'reconnecting') this.hosted.reset();
    if (connection === 'open' && before === 'reconnecting') {
      this.#heldAudio.release((audio, options) => this.transport.sendAudio(audio, options));
    }
    if (connection === 'closed') {
      this.#effects.stop();
      this.#heldAudio.clear();
      // Nobody hears the agent of a call that has ended.
      this.driven?.playout.flush(`${this.#seed}_end`);
      this.#options.audio?.close();
    }
  }

  #read(): void {
    const receive = (task: () => void): void => this.#connector.receive(task);
    readTransport(
      this.transport,
      {
        onInput: (input) => receive(() => this.#apply(input)),
        onAudio: (audio) => receive(() => this.#onAudio(audio)),
        readsRawEvents: () => this.#announcer.isHeard('transport_event'),
        onRawEvent: (event) => this.#announcer.emit('transport_event', [event]),
        onMcpTools: ({ serverLabel, tools }) =>
          receive(() => {
            this.hosted.listed(serverLabel, tools);
            this.#announcer.mcpToolsChanged();
          }),
        onMcpApprovalRequest: (request) => receive(() => this.#announcer.mcpApprovalRequested(request)),
        onMcpCallCompleted: (call) =>
          receive(() => {
            this.#announcer.mcpCallCompleted(call);
            if (this.#options.automaticallyTriggerResponseForMcpToolCalls !== false)
              this.#apply({ type: 'hostedCallAnswered' });
          }),
      },
      { keepsAudio: this.#options.historyStoreAudio === true },
    );
  }

  #onAudio({ event, responseId, itemId, contentIndex }: IncomingAudio): void {
    const item = `${itemId}:${contentIndex}`;
    if (item !== this.#audibleItem) {
      this.#audibleItem = item;
      this.#apply({ type: 'audioStarted', responseId, itemId, contentIndex });
    }
    if (!acceptsAudio(this.#state, responseId)) return;
    this.#announcer.emit('audio', [event]);
  }
}
