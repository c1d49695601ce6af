import type { Fault, HandshakeFault, Incident, LineCondition } from './fault.ts';
import { isCondition, parseFault } from './fault.ts';
import type { FaultLine } from './fault-line.ts';

/** Makes things go wrong in a running server. */
export interface ServerFaults {
  /** What every connection to come will get. */
  readonly active: readonly Fault[];
  /**
   * An incident without `at` happens now, to every connection; anything else holds for them and for those to come. With
   * a session's id, for that one only. Throws `ERR_FAULT` when there is no such fault. True if anything was hit.
   */
  inject(fault: Fault, sessionId?: string): boolean;
  /** Ends every condition and forgets what has not happened yet. */
  clear(): void;
}

/** The faults of one server and the lines that they act on. */
export class FaultBoard implements ServerFaults {
  readonly #lines = new Map<string, FaultLine>();
  #lasting: (LineCondition | Incident)[] = [];
  #handshake: { readonly fault: HandshakeFault; left: number } | null = null;

  get active(): readonly Fault[] {
    return this.#handshake === null ? this.#lasting : [...this.#lasting, this.#handshake.fault];
  }

  inject(given: Fault, sessionId?: string): boolean {
    const fault = parseFault(given);
    if (fault.kind === 'handshake') {
      if (sessionId !== undefined) return false;
      this.#handshake = { fault, left: fault.times ?? Infinity };
      return true;
    }
    if (sessionId !== undefined) {
      this.#lines.get(sessionId)?.apply(fault);
      return this.#lines.has(sessionId);
    }
    const isLasting = !isImmediate(fault);
    if (isLasting) {
      this.#lasting = [...this.#lasting.filter(({ kind }) => kind !== fault.kind || isTimed(fault)), fault];
    }
    for (const line of this.#lines.values()) line.apply(fault);
    return isLasting || this.#lines.size > 0;
  }

  clear(): void {
    this.#lasting = [];
    this.#handshake = null;
    for (const line of this.#lines.values()) line.clear();
  }

  /** How the next handshake is to be spoiled, if at all. */
  takeHandshake(): HandshakeFault['answer'] | null {
    const spoiled = this.#handshake;
    if (spoiled === null) return null;
    spoiled.left -= 1;
    if (spoiled.left <= 0) this.#handshake = null;
    return spoiled.fault.answer;
  }

  add(sessionId: string, line: FaultLine): void {
    this.#lines.set(sessionId, line);
    for (const fault of this.#lasting) line.apply(fault);
  }

  remove(sessionId: string): void {
    this.#lines.delete(sessionId);
  }
}

function isTimed(fault: LineCondition | Incident): boolean {
  return 'at' in fault && fault.at !== undefined;
}

function isImmediate(fault: LineCondition | Incident): boolean {
  return !isCondition(fault) && fault.at === undefined;
}
