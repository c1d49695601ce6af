// The machine between the public class and the session core: it queues inputs, steps the core, carries out effects, and
// reads the transport. Everything that happens runs as one task after the other, so a command that a listener issues
// waits its turn.

import { CallRunner, DEFAULT_TOOL_TIMEOUT_MS } from '../agent/call-runner.ts';
import type { AgentOffer, RealtimeAgent } from '../agent/agent.ts';
import type { RunToolApprovalItem } from '../agent/approval-item.ts';
import { RunContext } from '../agent/run-context.ts';
import { Usage } from '../agent/usage.ts';
import { historyReset } from '../protocol/history-reset.ts';
import type { RealtimeItem, RealtimeMcpCallApprovalRequestItem, RealtimeMcpCallItem } from '../protocol/items.ts';
import type { SessionConfig } from '../protocol/session-config.ts';
import type { RealtimeSessionConnectOptions } from '../session-options.ts';
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
import type { SessionEffect, SessionNotice } from '../session/effect.ts';
import { itemsOf } from '../session/item-list.ts';
import type { SessionState } from '../session/state.ts';
import { initialSession } from '../session/fresh-state.ts';
import { acceptsAudio, checkCommand, step } from '../session/step.ts';
import { youngestResponses } from '../session/usage.ts';
import { onRejection } from '../thenable.ts';
import type { RealtimeMcpToolInfo, TransportEvent } from '../transports/transport.ts';
import { AgentRoster } from './agent-roster.ts';
import type { AnnouncerHost } from './announcer.ts';
import { Announcer } from './announcer.ts';
import { alreadyConnected } from './connect-errors.ts';
import type { ConnectorHost } from './connector.ts';
import { Connector } from './connector.ts';
import type { EffectHost } from './effect-runner.ts';
import { EffectRunner } from './effect-runner.ts';
import { HeldAudio } from './held-audio.ts';
import { JournalWriter } from './journal-writer.ts';
import { frozenItems } from './frozen-items.ts';
import type { HostedDecision } from './hosted-tools.ts';
import { HostedTools } from './hosted-tools.ts';
import { OpenCommands } from './open-commands.ts';
import type { Restoration } from './restoration.ts';
import { takeOver } from './restoration.ts';
import type { CommandSubject, SessionMachine, SettledCommand, UnsettledCommand } from './session-machine.ts';
import type { SessionParts } from './session-parts.ts';
import type { TaskQueueHost } from './task-queue.ts';
import { TaskQueue } from './task-queue.ts';
import type { IncomingAudio, TransportReader } from './transport-inputs.ts';
import { readTransport } from './transport-inputs.ts';

/** An input as it comes up; the time is put to it when it is its turn. */
type UnstampedInput = TransportInput | CommandInput | SettlementInput | PlayoutInput | TimerInput | FeatureInput;

export { initialConfig } from './agent-roster.ts';
/** By it a loader sees whether this is of the same instance of the package. */
export { RunContext } from '../agent/run-context.ts';

let sessionCount = 0;

const NONE_LEFT: readonly SessionEffect[] = [];

/** What runs one session. */
export class SessionRuntime<TBaseContext>
  implements
    SessionMachine<TBaseContext>,
    AnnouncerHost<TBaseContext>,
    ConnectorHost,
    EffectHost<TBaseContext>,
    TaskQueueHost,
    TransportReader
{
  readonly #seed = `s${++sessionCount}`;
  readonly parts: SessionParts<TBaseContext>;
  readonly roster: AgentRoster<TBaseContext>;
  readonly hosted: HostedTools = new HostedTools();
  readonly calls: CallRunner<TBaseContext>;
  readonly commands: OpenCommands<TBaseContext> = new OpenCommands(this.#seed);
  readonly journal: JournalWriter | null;
  readonly #announcer = new Announcer<TBaseContext>(this);
  readonly #tasks = new TaskQueue(this);
  readonly #connector = new Connector(this);
  readonly #effects: EffectRunner<TBaseContext>;
  /** Made when a connection is lost and the user speaks on. */
  #heldAudio: HeldAudio | null = null;
  readonly #step: StepFunction;
  #state: SessionState;
  #audible: Pick<IncomingAudio, 'itemId' | 'contentIndex'> | null = null;
  /** When the app last sent audio that the server can hear. */
  lastAudioAtMs: number | null = null;
  /** The call was taken over from its journal, and its first connection here is still to come. */
  #isAwaitingConnect = false;
  /** What the takeover led to; done as soon as the app connects. */
  #leftOver: readonly SessionEffect[] = NONE_LEFT;

  constructor(parts: SessionParts<TBaseContext>) {
    this.parts = parts;
    const { options, clock, runContext, report } = parts;
    this.roster = new AgentRoster(parts.initialAgent, options, runContext);
    this.#state = initialSession({
      agentName: parts.initialAgent.name,
      seed: this.#seed,
      guardrailDebounceLength: guardrailDebounceLength(options),
      guardrailCount: options.outputGuardrails?.length ?? 0,
      reconnect: parts.reconnect,
    });
    this.calls = new CallRunner({
      clock,
      runContext,
      formatError: options.toolErrorFormatter,
      defaultTimeoutMs: options.toolExecution?.defaultTimeoutMs ?? DEFAULT_TOOL_TIMEOUT_MS,
      guardsBeforeApproval: options.toolExecution?.preApprovalInputGuardrails === true,
      report,
    });
    this.journal = options.journal === undefined ? null : new JournalWriter(options.journal, report);
    this.#step = stepThrough(
      step,
      (options.features ?? []).map(({ core }) => core),
    );
    this.#effects = new EffectRunner(this);
    readTransport(parts.transport, this, { keepsAudio: options.historyStoreAudio === true });
  }

  get currentAgent(): RealtimeAgent<TBaseContext> {
    return this.roster.get(this.#state.agentName);
  }

  /** What the current agent offers the model. */
  get currentOffer(): AgentOffer<TBaseContext> {
    return this.roster.offerOf(this.#state.agentName);
  }

  get availableMcpTools(): RealtimeMcpToolInfo[] {
    return this.hosted.availableTo(this.currentOffer);
  }

  get history(): RealtimeItem[] {
    return frozenItems(itemsOf(this.#state.history.items));
  }

  /** @param audio Settles with the app's microphone and speaker, where they were opened ahead. */
  async connect(options: RealtimeSessionConnectOptions, audio?: Promise<void>): Promise<void> {
    const isResuming = this.#isAwaitingConnect;
    if (this.#connector.isConnecting || (this.#state.connection !== 'closed' && !isResuming)) {
      throw alreadyConnected();
    }
    const leftOver = this.#leftOver;
    this.#leftOver = NONE_LEFT;
    if (isResuming) this.addTask(() => this.#effects.run(leftOver));
    else this.#begin();
    await this.#connector.open(options, {
      isResuming,
      prepare: () => audio ?? this.parts.openAudio(),
      onOpen: () => this.#announcer.markHistoryStale(),
    });
  }

  get isClosed(): boolean {
    return this.#state.connection === 'closed';
  }

  async configure(overrides: SessionConfig): Promise<SessionConfig> {
    const { config, offer } = await this.roster.prepare(this.currentAgent, overrides);
    this.roster.enter(offer);
    return config;
  }

  configured(config: SessionConfig): void {
    this.roster.markSent(config);
  }

  reconnect(): void {
    void this.#connector.reopen();
  }

  addTask(task: () => void): void {
    this.#tasks.add(task);
  }

  onTasksDone(): boolean {
    return this.#announcer.tellHistory();
  }

  announce(notice: SessionNotice): void {
    this.#announcer.announce(notice);
  }

  decideHosted(item: RunToolApprovalItem, decision: HostedDecision): void {
    this.addTask(() => void this.answerHosted(item, decision));
  }

  decide(callId: string, isApproved: boolean): void {
    void this.settled({ type: isApproved ? 'approve' : 'reject', callId, always: false });
  }

  #begin(): void {
    this.roster.reset();
    this.hosted.reset();
    RunContext.forgetCalls(this.parts.runContext as RunContext<never>);
    this.#audible = null;
    this.lastAudioAtMs = null;
    this.post({ type: 'connecting', agentName: this.roster.initial.name });
  }

  restore(restoration: Restoration<TBaseContext>): void {
    const successor = {
      step: this.#step,
      state: this.#state,
      isDriven: this.parts.driven !== null,
      nowMs: this.parts.clock.nowMs(),
    };
    [this.#state, this.#leftOver] = takeOver(restoration, successor);
    this.#isAwaitingConnect = true;
    for (const agent of restoration.agents) this.roster.add(agent);
    this.#bill(this.#state.usage.perResponse.flat());
  }

  close(): void {
    const wasConnecting = this.#connector.abandon();
    this.addTask(() => {
      if (!wasConnecting && this.#state.connection === 'closed') return;
      try {
        this.#apply({ type: 'close' });
      } finally {
        onRejection(this.parts.transport.close(), this.parts.report);
      }
    });
  }

  sendAudio(audio: ArrayBuffer, options: { commit?: boolean }): void {
    for (const feature of this.parts.hearers) feature.onUserAudio?.(audio);
    if (this.parts.transport.muted !== true) this.lastAudioAtMs = this.parts.clock.nowMs();
    if (this.#state.connection === 'reconnecting') (this.#heldAudio ??= new HeldAudio()).add(audio, options);
    else onRejection(this.parts.transport.sendAudio(audio, options), this.parts.report);
  }

  addImage(image: string, triggerResponse: boolean): void {
    const { driven, transport } = this.parts;
    if (driven === null) {
      checkCommand(this.#state, { type: 'requestResponse' });
      this.addTask(() => onRejection(transport.addImage(image, { triggerResponse }), this.parts.report));
      return;
    }
    // A message like any other: it waits for a lost connection, in its place.
    const content = [{ type: 'input_image' as const, image }];
    this.command({
      type: 'sendMessage',
      message: { type: 'message', role: 'user', content },
      otherEventData: {},
      ...(!triggerResponse && { needsAnswer: false }),
    });
  }

  command(command: CommandInput): void {
    checkCommand(this.#state, command);
    // Throws in the caller, for items that can't be made.
    if (command.type === 'updateHistory' && this.parts.driven !== null) historyReset(this.history, command.items);
    this.post(command);
  }

  settled(command: UnsettledCommand, { agent, onAccepted }: CommandSubject<TBaseContext> = {}): Promise<void> {
    const { commandId, promise } = this.commands.open(agent);
    const input: SettledCommand = { ...command, commandId };
    try {
      checkCommand(this.#state, input);
      onAccepted?.();
      this.post(input);
    } catch (error) {
      this.commands.settle(commandId, error);
    }
    return promise;
  }

  answerHosted(item: RunToolApprovalItem, decision: HostedDecision): boolean {
    return this.hosted.answer(item, decision, this.parts);
  }

  featureInput(feature: string, detail: unknown): void {
    this.post({ type: 'featureInput', feature, detail });
  }

  post(input: UnstampedInput): void {
    this.addTask(() => this.#apply(input));
  }

  #apply(input: UnstampedInput): void {
    const before = this.#state;
    const stamped: SessionInput = { ...input, atMs: this.parts.clock.nowMs() };
    this.journal?.record(before, stamped);
    const [next, effects] = this.#step(before, stamped);
    this.#state = next;
    if (next.usage !== before.usage)
      this.#bill(youngestResponses(next.usage, next.usage.requests - before.usage.requests));
    this.#effects.run(effects);
    if (before.connection !== next.connection) this.#connectionChanged(before.connection);
  }

  #bill(responses: readonly ResponseUsage[]): void {
    for (const entry of responses) this.parts.runContext.usage.add(new Usage({ ...entry, requests: 1 }));
  }

  #connectionChanged(before: SessionState['connection']): void {
    const { connection } = this.#state;
    this.#isAwaitingConnect = false;
    if (connection !== 'open') this.#announcer.dropHosted();
    if (connection === 'reconnecting') this.hosted.reset();
    const { driven, transport, options, report } = this.parts;
    try {
      if (connection === 'open') onRejection(driven?.releaseAudio?.(before === 'reconnecting'), report);
    } finally {
      if (connection === 'open' && before === 'reconnecting')
        this.#heldAudio?.release((audio, held) => onRejection(transport.sendAudio(audio, held), report));
    }
    if (connection === 'closed') {
      this.#effects.stop();
      this.#heldAudio = null;
      try {
        // Nobody hears the agent of a call that has ended.
        driven?.playout.flush(`${this.#seed}_end`);
      } finally {
        options.audio?.close();
      }
    }
  }

  onInput(input: TransportInput | CommandInput): void {
    this.#receive(() => this.#apply(input));
  }

  readsRawEvents(): boolean {
    return this.#announcer.isHeard('transport_event');
  }

  onRawEvent(event: TransportEvent): void {
    this.#announcer.emit('transport_event', [event]);
  }

  onMcpTools({ serverLabel, tools }: { readonly serverLabel: string; readonly tools: RealtimeMcpToolInfo[] }): void {
    this.#receive(() => {
      this.hosted.listed(serverLabel, tools);
      this.#announcer.mcpToolsChanged();
    });
  }

  onMcpApprovalRequest(request: RealtimeMcpCallApprovalRequestItem): void {
    this.#receive(() => this.#announcer.mcpApprovalRequested(request));
  }

  onMcpCallCompleted(call: RealtimeMcpCallItem): void {
    this.#receive(() => {
      this.#announcer.mcpCallCompleted(call);
      if (this.parts.options.automaticallyTriggerResponseForMcpToolCalls !== false)
        this.#apply({ type: 'hostedCallAnswered' });
    });
  }

  onAudio(audio: IncomingAudio): void {
    this.#receive(() => this.#hear(audio));
  }

  #receive(task: () => void): void {
    this.#connector.receive(task);
  }

  #hear({ event, responseId, itemId, contentIndex }: IncomingAudio): void {
    if (this.#audible?.itemId !== itemId || this.#audible.contentIndex !== contentIndex) {
      this.#audible = { itemId, contentIndex };
      this.#apply({ type: 'audioStarted', responseId, itemId, contentIndex });
    }
    if (!acceptsAudio(this.#state, responseId)) return;
    this.#announcer.emit('audio', [event]);
  }
}
