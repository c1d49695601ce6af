// Feeds one session core with inputs, one at a time, and holds every step against the invariants.

import { isDeepStrictEqual } from 'node:util';
import type { SessionEffect } from '../../src/session/effect.ts';
import type { CommandInput, SessionInput } from '../../src/session/input.ts';
import type { ReconnectPolicy, SessionState, Step } from '../../src/session/state.ts';
import { connectionInvariants } from './connection-invariants.ts';
import { invariants, type Observed } from './invariants.ts';
import { Witness } from './witness.ts';

/** The four entry points of the session core; a mutant replaces one of them. */
export interface Core {
  readonly initialSession: (options: {
    agentName: string;
    seed: string;
    guardrailDebounceLength: number | null;
    guardrailCount?: number;
    reconnect?: ReconnectPolicy | null;
  }) => SessionState;
  readonly step: (state: SessionState, input: SessionInput) => Step<SessionState>;
  readonly checkCommand: (state: SessionState, command: CommandInput) => void;
  readonly acceptsAudio: (state: SessionState, responseId: string) => boolean;
}

/** `SessionInput` without its time; the rehearsal stamps it. */
export type Untimed<T = SessionInput> = T extends unknown ? Omit<T, 'atMs'> : never;

export interface RehearsalOptions {
  readonly core: Core;
  readonly guardrailDebounceLength: number | null;
  readonly guardrailCount: number;
  readonly reconnect: ReconnectPolicy | null;
  /** Repeats every step from the state as JSON gives it back; several times slower. */
  readonly isThorough: boolean;
}

/** An invariant does not hold; the message shows the inputs that led there. */
export class InvariantViolation extends Error {
  readonly invariant: string;

  constructor(invariant: string, detail: string, inputs: readonly SessionInput[]) {
    const trace = inputs.map((input) => JSON.stringify(input)).join('\n    ');
    super(`${invariant}: ${detail}\n  after the inputs\n    ${trace}`);
    this.name = 'InvariantViolation';
    this.invariant = invariant;
  }
}

const allInvariants = [...invariants, ...connectionInvariants];
const effectInvariants = allInvariants.filter((each) => each.onEffect !== undefined);
const stepInvariants = allInvariants.filter((each) => each.onStep !== undefined);

/** One session under observation. */
export class Rehearsal {
  readonly facts: Witness;
  readonly inputs: SessionInput[] = [];
  readonly #core: Core;
  readonly #isThorough: boolean;
  readonly #acceptsAudio: (state: SessionState, responseId: string) => boolean;
  /** Parts of earlier states that JSON is known to keep. */
  readonly #plain = new WeakSet<object>();
  /** The state as JSON, while every step is repeated. */
  #json: string | null = null;
  #state: SessionState;

  constructor(options: RehearsalOptions) {
    this.#core = options.core;
    this.#isThorough = options.isThorough;
    const { guardrailDebounceLength, guardrailCount, reconnect } = options;
    const scene = { agentName: 'Front', seed: 's', guardrailDebounceLength, guardrailCount, reconnect };
    this.facts = new Witness(reconnect);
    this.#state = freeze(options.core.initialSession(scene));
    this.#acceptsAudio = (state, responseId) => this.#core.acceptsAudio(state, responseId);
  }

  get state(): SessionState {
    return this.#state;
  }

  acceptsAudio(responseId: string): boolean {
    return this.#core.acceptsAudio(this.#state, responseId);
  }

  /** Whether the shell would let the command through; a refusal must be a typed error. */
  allows(command: Untimed<CommandInput>): boolean {
    try {
      this.#core.checkCommand(this.#state, command);
      return true;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (typeof code !== 'string' || !code.startsWith('ERR_'))
        this.fail('a refused command has a typed error', String(error));
      // A decision may come too late for its call, or for its connection.
      const isOwed = !('callId' in command) || this.facts.calls.get(command.callId)?.isAwaitingApproval === true;
      if (isOwed && this.facts.connection === 'open') this.fail('an open session takes every command', command.type);
      return false;
    }
  }

  /** Takes one step; returns its effects, or throws the violation. */
  feed(untimed: Untimed): readonly SessionEffect[] {
    const input: SessionInput = freeze({ atMs: this.inputs.length, ...untimed });
    this.inputs.push(input);
    const before = this.#state;
    const [after, effects] = this.#step(before, input);
    if (this.#isThorough) this.#repeat(before, input, after, effects);

    const { facts } = this;
    const observed: Observed = { input, before, after, effects, acceptsAudio: this.#acceptsAudio };
    facts.absorbInput(input, before.agentName);
    for (const effect of effects) {
      for (const { name, onEffect } of effectInvariants) {
        const wrong = onEffect?.(facts, effect, observed);
        if (wrong !== undefined) this.fail(name, wrong);
      }
      facts.absorbEffect(effect);
    }
    for (const { name, onStep } of stepInvariants) {
      const wrong = onStep?.(facts, observed);
      if (wrong !== undefined) this.fail(name, wrong);
    }
    this.#state = after;
    return effects;
  }

  fail(invariant: string, detail: string): never {
    throw new InvariantViolation(invariant, detail, this.inputs);
  }

  /** A step on a frozen state: one that mutates what it was given throws here. */
  #step(state: SessionState, input: SessionInput): Step<SessionState> {
    try {
      return freeze(this.#core.step(state, input));
    } catch (error) {
      return this.fail(
        'a step never throws and never mutates',
        error instanceof Error ? (error.stack ?? '') : String(error),
      );
    }
  }

  /** The state is plain data, and the same state and input give the same step. */
  #repeat(before: SessionState, input: SessionInput, after: SessionState, effects: readonly SessionEffect[]): void {
    const foreign = findForeign(after, 'state', this.#plain);
    if (foreign !== null) this.fail('the state survives JSON', `${foreign} does not`);
    const revived: SessionState = JSON.parse(this.#json ?? JSON.stringify(before));
    this.#json = JSON.stringify(after);
    const [afterAgain, effectsAgain] = this.#step(revived, input);
    const isSame =
      isSameJson(JSON.stringify(afterAgain), this.#json) &&
      isSameJson(JSON.stringify(effectsAgain), JSON.stringify(effects));
    if (!isSame) this.fail('the same state and input give the same step', JSON.stringify(effectsAgain));
  }
}

/** Whether both say the same, whatever the order of their keys. */
function isSameJson(left: string, right: string): boolean {
  return left === right || isDeepStrictEqual(JSON.parse(left), JSON.parse(right));
}

/** Freezes plain data in depth; what is frozen already is shared with an earlier state and was done then. */
function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || !isPlain(value)) return value;
  Object.freeze(value);
  // A good part of the time of an interleaving is spent here: no list of the values is made.
  if (Array.isArray(value)) for (let at = 0; at < value.length; at++) freeze(value[at]);
  else for (const key in value) freeze(value[key]);
  return value;
}

function isPlain(value: object): boolean {
  return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
}

/** The path of the first value that JSON would lose or change, such as a Map, an Error or NaN; `plain` is known to have none. */
function findForeign(value: unknown, path: string, plain: WeakSet<object>): string | null {
  if (value === null || value === undefined || typeof value === 'string' || typeof value === 'boolean') return null;
  if (typeof value === 'number') return Number.isFinite(value) ? null : path;
  if (typeof value !== 'object' || !isPlain(value)) return path;
  if (plain.has(value)) return null;
  for (const [key, each] of Object.entries(value)) {
    const foreign = findForeign(each, `${path}.${key}`, plain);
    if (foreign !== null) return foreign;
  }
  plain.add(value);
  return null;
}
