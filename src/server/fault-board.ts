import {
  type Fault,
  type HandshakeFault,
  type Incident,
  isCondition,
  type LineCondition,
  parseFault,
} from './fault.ts';
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
  readonly #lines = new Set<Placed>();
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
    const hit = [...this.#lines].filter((entry) => sessionId === undefined || entry.sessionId === sessionId);
    const isLasting = sessionId === undefined && !isImmediate(fault);
    if (isLasting) {
      this.#lasting = [...this.#lasting.filter(({ kind }) => kind !== fault.kind || isTimed(fault)), fault];
    }
    // A session fails or expires once, however many connections it has.
    const lines = isOfSession(fault) ? firstOfEach(hit) : hit;
    for (const { line } of lines) line.apply(fault);
    return isLasting || hit.length > 0;
  }

  clear(): void {
    this.#lasting = [];
    this.#handshake = null;
    for (const { line } of this.#lines) line.clear();
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
    this.#lines.add({ sessionId, line });
    for (const fault of this.#lasting) line.apply(fault);
  }

  remove(line: FaultLine): void {
    for (const entry of this.#lines) if (entry.line === line) this.#lines.delete(entry);
  }
}

interface Placed {
  readonly sessionId: string;
  readonly line: FaultLine;
}

function firstOfEach(entries: readonly Placed[]): readonly Placed[] {
  return entries.filter((entry, at) => entries.findIndex(({ sessionId }) => sessionId === entry.sessionId) === at);
}

function isOfSession({ kind }: LineCondition | Incident): boolean {
  return kind === 'session-expired' || kind === 'rate-limited';
}

function isTimed(fault: LineCondition | Incident): boolean {
  return 'at' in fault && fault.at !== undefined;
}

function isImmediate(fault: LineCondition | Incident): boolean {
  return !isCondition(fault) && fault.at === undefined;
}
