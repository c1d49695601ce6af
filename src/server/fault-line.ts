import type { Clock, Timer } from '../clock.ts';
import type { ServerConnection } from './connection.ts';
import { type Incident, isCondition, type LineCondition } from './fault.ts';
import { seededRandom } from './seeded-random.ts';

const HUGE_DELTA_BYTES = 15_000_000;
const NESTED_LEVELS = 10_000;
/** A frame that waits for another to overtake it goes anyway after this long. */
const OVERTAKE_MS = 200;
/** The client of a connection that nobody reads has long given it up; but who does not read never hears so. */
const HALF_OPEN_MS = 120_000;

/** What an incident needs from the session on the line. */
export interface IncidentTarget {
  expire(): void;
  failNextResponse(code: string, message: string): void;
}

interface Queued {
  readonly dueMs: number;
  readonly action: () => void;
}

/** A condition and what it remembers from frame to frame. */
interface Active {
  readonly condition: LineCondition;
  readonly random: () => number;
  frames: number;
}

interface Pending {
  readonly incident: Incident;
  seen: number;
}

/** A connection on which things go wrong on purpose. Without a fault, frames pass straight through. */
export class FaultLine implements ServerConnection {
  readonly #connection: ServerConnection;
  readonly #clock: Clock;
  readonly #conditions = new Map<LineCondition['kind'], Active>();
  readonly #target: IncidentTarget;
  #pending: Pending[] = [];
  #queue: Queued[] = [];
  #timer: Timer | null = null;
  #overtaken: string | null = null;
  #overtakeTimer: Timer | null = null;
  #halfOpenTimer: Timer | null = null;
  #stalledUntilMs = -Infinity;
  #lastDueMs = -Infinity;
  #isHalfOpen = false;
  #isClosed = false;

  constructor(connection: ServerConnection, clock: Clock, target: IncidentTarget) {
    this.#connection = connection;
    this.#clock = clock;
    this.#target = target;
  }

  send(text: string): void {
    if (this.#isHalfOpen || this.#isClosed) return;
    const type = this.#conditions.size + this.#pending.length > 0 ? typeOf(text) : '';
    this.#meet(type);
    if (this.#isHalfOpen || this.#isHit('drop', type)) return;
    const copies = this.#isHit('duplicate', type) ? 2 : 1;
    if (this.#overtaken === null && this.#isHit('reorder', type)) return this.#holdBack(text);
    for (let copy = 0; copy < copies; copy++) this.#transmit(text);
    this.#releaseOvertaken();
  }

  /** Closes behind the frames that are still on the way. */
  close(code: number, reason: string): void {
    this.#releaseOvertaken();
    this.#enqueue(() => this.#connection.close(code, reason));
  }

  onText(listener: (text: string) => void): void {
    this.#connection.onText((text) => {
      if (!this.#isHalfOpen) listener(text);
    });
  }

  onClose(listener: () => void): void {
    this.#connection.onClose(() => {
      this.#isClosed = true;
      this.#timer?.cancel();
      this.#overtakeTimer?.cancel();
      this.#halfOpenTimer?.cancel();
      this.#queue = [];
      listener();
    });
  }

  /** Takes a fault over; an incident without `at` happens now. */
  apply(fault: LineCondition | Incident): void {
    if (isCondition(fault)) {
      const seed = 'seed' in fault ? fault.seed : undefined;
      this.#conditions.set(fault.kind, { condition: fault, random: seededRandom(seed ?? 1), frames: 0 });
    } else if (fault.at === undefined) this.#happen(fault);
    else this.#pending.push({ incident: fault, seen: 0 });
  }

  /** Ends every condition and forgets incidents to come; frames that are late stay late. */
  clear(): void {
    this.#conditions.clear();
    this.#pending = [];
    this.#stalledUntilMs = -Infinity;
    this.#releaseOvertaken();
  }

  /** Lets the incidents happen that wait for an event of this type. */
  #meet(type: string): void {
    for (const pending of this.#pending) {
      if (pending.incident.at !== type || ++pending.seen < (pending.incident.nth ?? 1)) continue;
      this.#pending = this.#pending.filter((other) => other !== pending);
      this.#happen(pending.incident);
    }
  }

  #happen(incident: Incident): void {
    switch (incident.kind) {
      case 'stall':
        this.#stalledUntilMs = this.#clock.nowMs() + incident.ms;
        return;
      case 'half-open':
        this.#isHalfOpen = true;
        this.#queue = [];
        this.#halfOpenTimer = this.#clock.schedule(HALF_OPEN_MS, () => this.#break());
        return this.#connection.pause?.();
      case 'malformed':
        return this.#transmit('{"type":"response.output_text.delta","event_id":"event_fault","delta":"cut o');
      case 'huge-delta':
        return this.#transmit(hugeDelta(incident.bytes ?? HUGE_DELTA_BYTES));
      case 'deep-nesting':
        return this.#transmit(deepEvent(incident.levels ?? NESTED_LEVELS));
      case 'close':
        return this.#end(incident.code, incident.reason ?? 'a fault was asked for');
      case 'session-expired':
        return this.#target.expire();
      case 'rate-limited':
        return this.#target.failNextResponse('rate_limit_exceeded', 'Rate limit reached; a fault was asked for.');
    }
  }

  #end(code: number, reason: string): void {
    if (code !== 1006) return this.close(code, reason);
    this.#enqueue(() => this.#break(reason));
  }

  #break(reason = ''): void {
    if (this.#connection.destroy === undefined) this.#connection.close(1011, reason);
    else this.#connection.destroy();
  }

  #isHit(kind: 'drop' | 'duplicate' | 'reorder', type: string): boolean {
    const active = this.#conditions.get(kind);
    if (active === undefined || !('rate' in active.condition)) return false;
    const { rate, type: onlyType } = active.condition;
    return (onlyType === undefined || onlyType === type) && active.random() < rate;
  }

  #holdBack(text: string): void {
    this.#overtaken = text;
    this.#overtakeTimer = this.#clock.schedule(OVERTAKE_MS, () => this.#releaseOvertaken());
  }

  #releaseOvertaken(): void {
    const text = this.#overtaken;
    if (text === null) return;
    this.#overtaken = null;
    this.#overtakeTimer?.cancel();
    this.#transmit(text);
  }

  #transmit(text: string): void {
    this.#enqueue(() => this.#connection.send(text));
  }

  /** Frames keep their order whatever their delays: none is due before the one in front of it. */
  #enqueue(action: () => void): void {
    const nowMs = this.#clock.nowMs();
    const dueMs = Math.max(this.#dueMs(nowMs), this.#lastDueMs);
    this.#lastDueMs = dueMs;
    if (dueMs <= nowMs && this.#queue.length === 0) return action();
    this.#queue.push({ dueMs, action });
    this.#timer ??= this.#wait(dueMs - nowMs);
  }

  #dueMs(nowMs: number): number {
    const delay = this.#conditions.get('delay')?.condition;
    const burst = this.#conditions.get('burst')?.condition;
    const delayMs = (delay?.kind === 'delay' ? delay.ms : 0) + this.#jitterMs();
    const dueMs = Math.max(nowMs + delayMs, this.#stalledUntilMs);
    return burst?.kind === 'burst' ? Math.ceil(dueMs / burst.ms) * burst.ms : dueMs;
  }

  #jitterMs(): number {
    const active = this.#conditions.get('jitter');
    if (active?.condition.kind !== 'jitter') return 0;
    const { condition } = active;
    if ('maxMs' in condition) return active.random() * condition.maxMs;
    return condition.traceMs[active.frames++ % condition.traceMs.length] ?? 0;
  }

  #wait(ms: number): Timer {
    return this.#clock.schedule(ms, () => {
      this.#timer = null;
      while (this.#queue[0] !== undefined && this.#queue[0].dueMs <= this.#clock.nowMs()) {
        this.#queue.shift()?.action();
      }
      const [next] = this.#queue;
      if (next !== undefined && !this.#isClosed) this.#timer ??= this.#wait(next.dueMs - this.#clock.nowMs());
    });
  }
}

/** The session writes `event_id` and `type` first. */
function typeOf(text: string): string {
  return /"type":"([^"]*)"/.exec(text)?.[1] ?? '';
}

function hugeDelta(bytes: number): string {
  const place = { response_id: 'resp_fault', item_id: 'item_fault', output_index: 0, content_index: 0 };
  const delta = 'A'.repeat(bytes - (bytes % 4));
  return JSON.stringify({ type: 'response.output_audio.delta', event_id: 'event_fault', ...place, delta });
}

function deepEvent(levels: number): string {
  const nested = `${'['.repeat(levels)}${']'.repeat(levels)}`;
  return `{"type":"conversation.item.added","event_id":"event_fault","previous_item_id":null,"item":${nested}}`;
}
