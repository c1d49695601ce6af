import type { RealtimeAgent } from '../agent/agent.ts';
import { sessionConfigOf, voiceOf } from '../agent/agent-config.ts';
import type { RealtimeContextData, RunContext } from '../agent/run-context.ts';
import { logger } from '../logger.ts';
import type { SessionConfig } from '../protocol/session-config.ts';
import type { SessionAgent } from '../session-events.ts';
import type { RealtimeSessionOptions } from '../session-options.ts';
import { tracingOf } from '../session-options.ts';

/** The live agents of a session by name, and the configuration that each of them means. */
export class AgentRoster<TContext> {
  readonly #initial: RealtimeAgent<TContext>;
  readonly #options: Partial<RealtimeSessionOptions<TContext>>;
  readonly #runContext: RunContext<RealtimeContextData<TContext>>;
  readonly #byName = new Map<string, RealtimeAgent<TContext>>();
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
    this.enter(this.#initial);
  }

  /** The agent that begins each connection. */
  get initial(): RealtimeAgent<TContext> {
    return this.#initial;
  }

  /** The agent of that name; the newest if several had it. */
  get(name: string): RealtimeAgent<TContext> {
    return this.#byName.get(name) ?? this.#initial;
  }

  enter(agent: RealtimeAgent<TContext>): void {
    this.#byName.set(agent.name, agent);
  }

  /** A new connection begins: nothing was sent or spoken yet. */
  reset(): void {
    this.#byName.clear();
    this.enter(this.#initial);
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
  async configFor(agent: RealtimeAgent<TContext>, overrides: SessionConfig = {}): Promise<SessionConfig> {
    const { config = {}, model } = this.#options;
    if (this.#hasSpoken && agent.voice !== undefined && agent.voice !== voiceOf(this.#lastConfig)) {
      logger.warn(`agent ${agent.name} keeps the session's voice: it cannot change after the session has spoken`);
    }
    const whole = await sessionConfigOf(agent, this.#runContext, {
      last: this.#lastConfig,
      options: config,
      overrides,
      model: overrides.model ?? model,
      tracing: overrides.tracing === undefined ? tracingOf(this.#options) : overrides.tracing,
      isVoiceFixed: this.#hasSpoken,
    });
    return (this.#options.features ?? []).reduce((changed, { configure }) => configure?.(changed) ?? changed, whole);
  }
}
