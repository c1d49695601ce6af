import type { AgentOffer, RealtimeAgent } from '../agent/agent.ts';
import type { AgentConfig } from '../agent/agent-config.ts';
import { getHandoff } from '../agent/handoff.ts';
import { isFunctionTool } from '../agent/tool.ts';
import { agentConfigOf, voiceOf } from '../agent/agent-config.ts';
import type { RealtimeContextData, RunContext } from '../agent/run-context.ts';
import { logger } from '../logger.ts';
import { keepYoungest } from '../playout/keep-youngest.ts';
import type { RealtimeSessionConfigDeprecated, SessionConfig } from '../protocol/session-config.ts';
import { DEFAULT_OPENAI_REALTIME_SESSION_CONFIG } from '../protocol/session-payload.ts';
import type { SessionAgent } from '../session-events.ts';
import type { RealtimeSessionOptions } from '../session-options.ts';
import { tracingOf } from './tracing.ts';

/** Agents that are remembered beside the initial one: far more than the responses that may still name them. */
const MAX_OTHERS = 31;

interface Member<TContext> {
  readonly agent: RealtimeAgent<TContext>;
  /** What it offered the model last; null for one that a journal named. */
  readonly offer: AgentOffer<TContext> | null;
}

/**
 * The live agents of a session and the configuration that each of them means. The session core knows them by keys: the
 * name, or a numbered one where several agents share it, as clones do.
 */
export class AgentRoster<TContext> {
  readonly #initial: RealtimeAgent<TContext>;
  readonly #options: Partial<RealtimeSessionOptions<TContext>>;
  readonly #runContext: RunContext<RealtimeContextData<TContext>>;
  #initialOffer: AgentOffer<TContext> | null = null;
  /** Agents other than the initial one, with what they offer; made with the first of them. */
  #others: Map<string, Member<TContext>> | null = null;
  #lastConfig: SessionConfig = {};
  #hasSpoken = false;

  constructor(
    initial: SessionAgent<TContext>,
    options: Partial<RealtimeSessionOptions<TContext>>,
    runContext: RunContext<RealtimeContextData<TContext>>,
  ) {
    // An agent may name the history in its context type or leave it out; at run time both get the same.
    this.#initial = initial as unknown as RealtimeAgent<TContext>;
    this.#options = options;
    this.#runContext = runContext;
  }

  /** The agent that begins each connection. Its key is its name. */
  get initial(): RealtimeAgent<TContext> {
    return this.#initial;
  }

  /** The agent of that key. */
  get(key: string): RealtimeAgent<TContext> {
    return this.#others?.get(key)?.agent ?? this.#initial;
  }

  /** What the agent of that key offered the model last; of one that a journal named, all that it has. */
  offerOf(key: string): AgentOffer<TContext> {
    const other = this.#others?.get(key);
    return (other === undefined ? this.#initialOffer : other.offer) ?? wholeOffer(this.get(key));
  }

  /** Takes an agent in with what it offers; returns its key. */
  enter(offer: AgentOffer<TContext>): string {
    if (offer.agent === this.#initial) this.#initialOffer = offer;
    return this.add(offer.agent, offer);
  }

  /** Takes an agent in; returns its key. */
  add(agent: RealtimeAgent<TContext>, offer: AgentOffer<TContext> | null = null): string {
    const { name } = agent;
    if (agent === this.#initial) return name;
    const others = (this.#others ??= new Map<string, Member<TContext>>());
    const isTaken = (key: string): boolean =>
      key === this.#initial.name || (others.has(key) && others.get(key)?.agent !== agent);
    let key = name;
    for (let count = 2; isTaken(key); count++) key = `${name}#${count}`;
    // The youngest last, so that the oldest is forgotten first.
    others.delete(key);
    others.set(key, { agent, offer });
    keepYoungest(others, MAX_OTHERS);
    return key;
  }

  /** A new connection begins: nothing was sent or spoken yet. */
  reset(): void {
    this.#others = null;
    this.#lastConfig = {};
    this.#hasSpoken = false;
  }

  /** From now on the service refuses another voice. */
  markSpoken(): void {
    this.#hasSpoken = true;
  }

  /** A configuration was sent; the next one builds on it. */
  markSent(config: SessionConfig): void {
    this.#lastConfig = config;
  }

  /** Runs the agent's instructions and conditions; rejects with whatever they throw. */
  async prepare(agent: RealtimeAgent<TContext>, overrides: SessionConfig = {}): Promise<AgentConfig<TContext>> {
    const { config = {}, model } = this.#options;
    if (this.#hasSpoken && agent.voice !== undefined && agent.voice !== voiceOf(this.#lastConfig)) {
      logger.warn(`agent ${agent.name} keeps the session's voice: it cannot change after the session has spoken`);
    }
    const { config: whole, offer } = await agentConfigOf(agent, this.#runContext, {
      last: this.#lastConfig,
      options: config,
      overrides,
      model: overrides.model ?? model,
      tracing: overrides.tracing === undefined ? tracingOf(this.#options) : overrides.tracing,
      isVoiceFixed: this.#hasSpoken,
    });
    const features = this.#options.features ?? [];
    return { config: features.reduce((changed, { configure }) => configure?.(changed) ?? changed, whole), offer };
  }
}

const DEPRECATED: readonly (keyof RealtimeSessionConfigDeprecated)[] = [
  'modalities',
  'inputAudioFormat',
  'outputAudioFormat',
  'inputAudioTranscription',
  'turnDetection',
  'inputAudioNoiseReduction',
  'speed',
];

/** What a session of that agent would begin with, the defaults included. */
export async function initialConfig<TContext>(
  agent: SessionAgent<TContext>,
  options: Partial<RealtimeSessionOptions<TContext>>,
  runContext: RunContext<RealtimeContextData<TContext>>,
  overrides: SessionConfig,
): Promise<SessionConfig> {
  const roster = new AgentRoster(agent, options, runContext);
  const { config } = await roster.prepare(roster.initial, overrides);
  // What the deprecated shape says would be overruled.
  const isFlat = DEPRECATED.some((field) => config[field] !== undefined);
  return isFlat ? config : { ...structuredClone(DEFAULT_OPENAI_REALTIME_SESSION_CONFIG), ...config };
}

function wholeOffer<TContext>(agent: RealtimeAgent<TContext>): AgentOffer<TContext> {
  return {
    agent,
    functions: agent.tools.filter(isFunctionTool),
    hosted: agent.tools.filter((entry) => !isFunctionTool(entry)),
    handoffs: agent.handoffs.map(getHandoff),
  };
}
