import type { RealtimeAgent } from '../agent/agent.ts';
import type { Deferred } from '../deferred.ts';
import { deferred } from '../deferred.ts';
import { optional } from './optional.ts';

interface OpenCommand<TContext> {
  readonly done: Deferred<void>;
  readonly agent: RealtimeAgent<TContext> | undefined;
}

/** Commands that the session core has yet to settle. */
export class OpenCommands<TContext> {
  readonly #seed: string;
  #open: Map<string, OpenCommand<TContext>> | null = null;
  #count = 0;

  constructor(seed: string) {
    this.#seed = seed;
  }

  /** Opens a command; `promise` is settled with it. */
  open(agent?: RealtimeAgent<TContext>): { readonly commandId: string; readonly promise: Promise<void> } {
    const commandId = `${this.#seed}_command_${++this.#count}`;
    const done = deferred<void>();
    (this.#open ??= new Map()).set(commandId, { done, agent });
    return { commandId, promise: optional(() => done.promise) };
  }

  /** The agent that the command is about. */
  agentOf(commandId: string): RealtimeAgent<TContext> | undefined {
    return this.#open?.get(commandId)?.agent;
  }

  settle(commandId: string, error: unknown): void {
    const command = this.#open?.get(commandId);
    this.#open?.delete(commandId);
    if (error === undefined) command?.done.resolve();
    else command?.done.reject(error);
  }
}
