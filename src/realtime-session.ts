// The shell around the session core: it queues inputs, carries out effects, and shows the outside a familiar class.
// Everything that happens runs as one task after the other, so a command that a listener issues waits its turn.

import { EventEmitter } from '#emitter';
import { AgentRoster } from './agent-roster.ts';
import { Announcer } from './announcer.ts';
import { RealtimeAgent } from './agent/agent.ts';
import type { RunToolApprovalItem } from './agent/approval-item.ts';
import { callIdOf } from './agent/approval-item.ts';
import { CallRunner } from './agent/call-runner.ts';
import type { RealtimeContextData, RunContext } from './agent/run-context.ts';
import { realtimeContext } from './agent/run-context.ts';
import { Usage } from './agent/usage.ts';
import type { Clock } from './clock.ts';
import { systemClock } from './clock.ts';
import { EffectRunner } from './effect-runner.ts';
import { SessionError, UserError } from './errors.ts';
import { HostedTools } from './hosted-tools.ts';
import { OpenCommands, optional } from './open-commands.ts';
import type { RealtimeItem } from './protocol/items.ts';
import type { SessionConfig } from './protocol/session-config.ts';
import type { RealtimeSessionEventTypes, SessionAgent } from './session-events.ts';
import type { RealtimeSessionConnectOptions, RealtimeSessionOptions } from './session-options.ts';
import { checkSessionOptions, connectOptionsOf, guardrailDebounceLength } from './session-options.ts';
import type { CommandInput, PlayoutInput, SettlementInput, TimerInput, TransportInput } from './session/input.ts';
import type { SessionState } from './session/state.ts';
import { initialSession } from './session/state.ts';
import { acceptsAudio, checkCommand, step } from './session/step.ts';
import { TaskQueue } from './task-queue.ts';
import type { IncomingAudio } from './transport-inputs.ts';
import { readTransport } from './transport-inputs.ts';
import { defaultTransport } from './transports/defaults.ts';
import type {
  DrivableTransport,
  RealtimeMcpToolInfo,
  RealtimeTransportLayer,
  RealtimeUserInput,
} from './transports/transport.ts';
import { isDrivable } from './transports/transport.ts';

type UnstampedInput = TransportInput | CommandInput | SettlementInput | PlayoutInput | TimerInput;
/** A command that the core settles. */
type SettledCommand = Extract<CommandInput, { readonly commandId: string }>;
type Unsettled<T> = T extends unknown ? Omit<T, 'commandId'> : never;

let sessionCount = 0;

/** A conversation by voice: it keeps the history, runs tools, guardrails and handoffs, and knows what was heard. */
export class RealtimeSession<TBaseContext = unknown> extends EventEmitter<RealtimeSessionEventTypes<TBaseContext>> {
  readonly initialAgent: SessionAgent<TBaseContext>;
  readonly options: Partial<RealtimeSessionOptions<TBaseContext>>;
  readonly #transport: RealtimeTransportLayer;
  readonly #driven: DrivableTransport | null;
  readonly #clock: Clock;
  readonly #context: RunContext<RealtimeContextData<TBaseContext>>;
  readonly #roster: AgentRoster<TBaseContext>;
  readonly #calls: CallRunner<TBaseContext>;
  readonly #effects: EffectRunner<TBaseContext>;
  readonly #hosted = new HostedTools();
  readonly #seed = `s${++sessionCount}`;
  readonly #commands = new OpenCommands<TBaseContext>(this.#seed);
  readonly #announcer: Announcer<TBaseContext>;
  readonly #tasks: TaskQueue;
  #state: SessionState;
  /** The connect() in progress. Until it is done, what the transport says is held back. */
  #attempt: object | null = null;
  #held: (() => void)[] = [];
  #audibleItem = '';

  /** @param initialAgent The agent that begins each connection. */
  constructor(initialAgent: SessionAgent<TBaseContext>, options: Partial<RealtimeSessionOptions<TBaseContext>> = {}) {
    super();
    checkSessionOptions(options);
    this.initialAgent = initialAgent;
    this.options = options;
    this.#clock = options.clock ?? systemClock;
    const { transport } = options;
    this.#transport = typeof transport === 'object' ? transport : defaultTransport(transport, { clock: this.#clock });
    this.#driven = isDrivable(this.#transport) ? this.#transport : null;
    this.#context = realtimeContext(options.context, () => this.history);
    this.#roster = new AgentRoster(initialAgent, options, this.#context);
    this.#state = initialSession({
      agentName: initialAgent.name,
      seed: this.#seed,
      guardrailDebounceLength: guardrailDebounceLength(options),
    });
    this.#announcer = new Announcer({
      emitter: this,
      runContext: this.#context,
      roster: this.#roster,
      hosted: this.#hosted,
      toolOf: (call, agent) => this.#calls.toolOf(call, agent),
      currentAgent: () => this.#roster.get(this.#state.agentName),
      history: () => this.history,
      decide: (callId, isApproved) =>
        void this.#settled({ type: isApproved ? 'approve' : 'reject', callId, always: false }),
    });
    this.#tasks = new TaskQueue({ onError: this.#announcer.report, onIdle: () => this.#announcer.tellHistory() });
    this.#calls = new CallRunner({
      clock: this.#clock,
      runContext: this.#context,
      formatError: options.toolErrorFormatter,
      report: this.#announcer.report,
    });
    this.#driven?.drive();
    this.#effects = new EffectRunner({
      clock: this.#clock,
      transport: this.#transport,
      driven: this.#driven,
      runContext: this.#context,
      roster: this.#roster,
      calls: this.#calls,
      guardrails: options.outputGuardrails ?? [],
      post: (input) => this.#post(input),
      announce: (notice) => this.#announcer.announce(notice),
      commands: this.#commands,
    });
    this.#read();
  }

  /** What tools and guardrails are given. */
  get context(): RunContext<RealtimeContextData<TBaseContext>> {
    return this.#context;
  }

  get currentAgent(): SessionAgent<TBaseContext> {
    return this.#roster.get(this.#state.agentName);
  }

  /** The conversation so far: a fresh array of shared items, which must not be changed. */
  get history(): RealtimeItem[] {
    return [...this.#state.history.items];
  }

  /** Null when the transport does not handle muting. */
  get muted(): boolean | null {
    return this.#transport.muted;
  }

  get transport(): RealtimeTransportLayer {
    return this.#transport;
  }

  get usage(): Usage {
    return this.#context.usage;
  }

  /** Tools of hosted servers that the current agent can use. */
  get availableMcpTools(): RealtimeMcpToolInfo[] {
    return this.#hosted.availableTo(this.#roster.get(this.#state.agentName));
  }

  /** Opens the connection, with a fresh history and the initial agent. */
  async connect(options: RealtimeSessionConnectOptions = {}): Promise<void> {
    if (this.#attempt !== null || this.#state.connection !== 'closed') {
      throw new SessionError('connect() was called on an open session; close() it first, or make another session', {
        code: 'ERR_ALREADY_CONNECTED',
      });
    }
    const attempt = {};
    this.#attempt = attempt;
    this.#roster.reset();
    this.#hosted.reset();
    this.#audibleItem = '';
    this.#post({ type: 'connecting', agentName: this.initialAgent.name });
    try {
      const config = await this.#roster.configFor(
        this.#roster.initial,
        options.model === undefined ? {} : { model: options.model },
      );
      this.#checkAttempt(attempt);
      await this.#transport.connect(connectOptionsOf(options, this.options, config));
      this.#checkAttempt(attempt);
      this.#roster.markSent(config);
    } catch (error) {
      if (this.#attempt === attempt) {
        this.#endAttempt();
        this.#post({ type: 'disconnected' });
      }
      throw error;
    }
    const held = this.#endAttempt();
    const createsResponses = this.#driven?.createsResponses ?? true;
    this.#post({ type: 'connected', abilities: { isDriven: this.#driven !== null, createsResponses } });
    this.#tasks.add(() => this.#announcer.markHistoryStale());
    for (const task of held) this.#tasks.add(task);
  }

  /** Ends the connection: running tools are told to stop, queued audio is dropped, the history stays readable. */
  close(): void {
    const wasConnecting = this.#attempt !== null;
    this.#endAttempt();
    this.#tasks.add(() => {
      if (!wasConnecting && this.#state.connection === 'closed') return;
      this.#apply({ type: 'close' });
      this.#silence();
      this.#transport.close();
    });
  }

  /** Sends a message of the user and asks for an answer. */
  sendMessage(message: RealtimeUserInput, otherEventData: Record<string, unknown> = {}): void {
    this.#command({ type: 'sendMessage', message, otherEventData });
  }

  /** Shows the model an image, given as a data URL. */
  addImage(image: string, { triggerResponse = true }: { triggerResponse?: boolean } = {}): void {
    checkCommand(this.#state, { type: 'requestResponse' });
    this.#tasks.add(() => {
      this.#transport.addImage(image, { triggerResponse: this.#driven === null && triggerResponse });
      if (this.#driven !== null && triggerResponse) this.#apply({ type: 'requestResponse' });
    });
  }

  /** Sends audio of the user in the session's input format; `commit` ends the turn with it. */
  sendAudio(audio: ArrayBuffer, options: { commit?: boolean } = {}): void {
    this.#transport.sendAudio(audio, options);
  }

  mute(muted: boolean): void {
    this.#transport.mute(muted);
  }

  /** Stops the agent, as if the user had begun to speak. */
  interrupt(): void {
    this.#command({ type: 'interrupt' });
  }

  /** For apps that play the agent's audio themselves: says how far an item was played. */
  reportPlayback(report: { itemId: string; contentIndex?: number; playedMs: number }): void {
    const playout = this.#driven?.playout;
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
      if (!(newAgent instanceof RealtimeAgent)) {
        throw new UserError('updateAgent() takes a RealtimeAgent', { code: 'ERR_AGENT_KIND' });
      }
      await this.#settled({ type: 'updateAgent', agentName: newAgent.name }, newAgent);
      return newAgent;
    });
  }

  /** Asks the server to make the history so; the local one changes as the server confirms. */
  updateHistory(newHistory: RealtimeItem[] | ((history: RealtimeItem[]) => RealtimeItem[])): void {
    const items = typeof newHistory === 'function' ? newHistory(this.history) : newHistory;
    this.#command({ type: 'updateHistory', items });
  }

  /** Lets a call run that waits for approval; with `alwaysApprove` every later call of that tool, too. */
  approve(
    approvalItem: RunToolApprovalItem,
    { alwaysApprove = false }: { alwaysApprove?: boolean } = {},
  ): Promise<void> {
    return optional(async () => {
      const decision = { isApproved: true, isStanding: alwaysApprove };
      if (this.#hosted.answer(approvalItem, this.#transport, decision)) return;
      this.#context.approveTool(approvalItem, { alwaysApprove });
      await this.#settled({ type: 'approve', callId: callIdOf(approvalItem), always: alwaysApprove });
    });
  }

  /** Refuses a call that waits for approval; `message` is what the model is told. */
  reject(
    approvalItem: RunToolApprovalItem,
    { alwaysReject = false, message }: { alwaysReject?: boolean; message?: string } = {},
  ): Promise<void> {
    return optional(async () => {
      const decision = { isApproved: false, isStanding: alwaysReject, reason: message };
      if (this.#hosted.answer(approvalItem, this.#transport, decision)) return;
      this.#context.rejectTool(approvalItem, { alwaysReject, message });
      await this.#settled({ type: 'reject', callId: callIdOf(approvalItem), always: alwaysReject, message });
    });
  }

  /** The configuration that `connect` would send. */
  async getInitialSessionConfig(overrides: SessionConfig = {}): Promise<SessionConfig> {
    const roster = new AgentRoster(this.initialAgent, this.options, this.#context);
    return roster.configFor(roster.initial, overrides);
  }

  /** The configuration that a session of `agent` would begin with, without making one. */
  static async computeInitialSessionConfig<TBaseContext = unknown>(
    agent: SessionAgent<TBaseContext>,
    options: Partial<RealtimeSessionOptions<TBaseContext>> = {},
    overrides: SessionConfig = {},
  ): Promise<SessionConfig> {
    checkSessionOptions(options);
    const roster = new AgentRoster(
      agent,
      options,
      realtimeContext(options.context, () => []),
    );
    return roster.configFor(roster.initial, overrides);
  }

  #post(input: UnstampedInput): void {
    this.#tasks.add(() => this.#apply(input));
  }

  #apply(input: UnstampedInput): void {
    const before = this.#state;
    const [next, effects] = step(before, { ...input, atMs: this.#clock.nowMs() });
    this.#state = next;
    for (const entry of next.usage.perResponse.slice(before.usage.perResponse.length)) {
      this.#context.usage.add(new Usage({ ...entry, requests: 1 }));
    }
    this.#effects.run(effects);
    if (before.connection !== 'closed' && next.connection === 'closed') this.#effects.stop();
  }

  /** A command without a result; throws here if it can't be carried out now. */
  #command(command: CommandInput): void {
    checkCommand(this.#state, command);
    this.#post(command);
  }

  /** A command that the core settles, now or later. */
  #settled(command: Unsettled<SettledCommand>, agent?: RealtimeAgent<TBaseContext>): Promise<void> {
    const { commandId, promise } = this.#commands.open(agent);
    const input: SettledCommand = { ...command, commandId };
    try {
      this.#command(input);
    } catch (error) {
      this.#commands.settle(commandId, error);
    }
    return promise;
  }

  #read(): void {
    const receive = (task: () => void): void => {
      if (this.#attempt === null) this.#tasks.add(task);
      else this.#held.push(task);
    };
    readTransport(
      this.#transport,
      {
        onInput: (input) =>
          receive(() => {
            const wasOpen = this.#state.connection === 'open';
            this.#apply(input);
            if (wasOpen && input.type === 'disconnected') this.#silence();
          }),
        onAudio: (audio) => receive(() => this.#onAudio(audio)),
        onRawEvent: (event) => this.#announcer.emit('transport_event', [event]),
        onMcpTools: ({ serverLabel, tools }) =>
          receive(() => {
            this.#hosted.listed(serverLabel, tools);
            this.#announcer.mcpToolsChanged();
          }),
        onMcpApprovalRequest: (request) => receive(() => this.#announcer.mcpApprovalRequested(request)),
        onMcpCallCompleted: (call) =>
          receive(() => {
            this.#announcer.mcpCallCompleted(call);
            if (this.options.automaticallyTriggerResponseForMcpToolCalls !== false)
              this.#apply({ type: 'requestResponse' });
          }),
      },
      { keepsAudio: this.options.historyStoreAudio === true },
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

  /** Nobody hears the agent of a connection that has ended. */
  #silence(): void {
    this.#driven?.playout.flush(`${this.#seed}_end`);
  }

  #endAttempt(): (() => void)[] {
    const held = this.#held;
    this.#held = [];
    this.#attempt = null;
    return held;
  }

  #checkAttempt(attempt: object): void {
    if (this.#attempt === attempt) return;
    // Not when another connect() has taken the transport over since.
    if (this.#attempt === null && this.#state.connection === 'closed') this.#transport.close();
    throw new SessionError('the session was closed while it connected', { code: 'ERR_CONNECT_ABORTED' });
  }
}
