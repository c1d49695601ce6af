// When the agent's audio arrives: seeded traces of the kinds that calls meet. The numbers behind a kind are chosen so that a
// plain queue, played from the first delta on, fares on it as it was measured to on recorded ones; seeds on which it
// does not are passed over (`select`).
import { seededRandom } from '../../src/server/seeded-random.ts';

/** One piece of an item and when it arrives. */
export interface Delta {
  readonly atMs: number;
  readonly item: number;
  readonly startMs: number;
  readonly durationMs: number;
}

/** One answer: its clock, against which delay is measured, and how long it is. */
export interface Answer {
  /** When its first sample could have been played at the earliest. */
  readonly startMs: number;
  readonly durationMs: number;
}

export interface Trace {
  readonly kind: string;
  readonly seed: number;
  readonly answers: readonly Answer[];
  /** In the order of arrival. */
  readonly deltas: readonly Delta[];
  /** How much faster than ours the sender's clock is, in parts per million. */
  readonly skewPpm: number;
}

/** What a plain queue measured on the kind: a trace within 15 % of both is of that kind. */
export interface Row {
  readonly gapMsPerMin: number;
  readonly delayMs: number;
}

export interface Kind {
  readonly name: string;
  /** Null where the row is about the end of the trace, and all seeds count. */
  readonly row: Row | null;
  make(seed: number): Trace;
}

/** Silence between the end of one answer and the beginning of the next. */
const TURN_MS = 4000;

/** Production in deltas that come faster than they play, with stalls between. */
function burst(
  kind: string,
  seed: number,
  answers: number,
  deltasOf: (uniform: () => number, index: number) => { durationMs: number; deltaMs: number; waitMs: () => number },
): Trace {
  const uniform = seededRandom(seed);
  const made: Answer[] = [];
  const deltas: Delta[] = [];
  let clockMs = 200;
  for (let item = 0; item < answers; item++) {
    const { durationMs, deltaMs, waitMs } = deltasOf(uniform, item);
    const startMs = clockMs;
    let atMs = startMs;
    for (let position = 0; position < durationMs; position += deltaMs) {
      deltas.push({ atMs, item, startMs: position, durationMs: Math.min(deltaMs, durationMs - position) });
      atMs += waitMs();
    }
    made.push({ startMs, durationMs });
    clockMs = Math.max(atMs, startMs + durationMs + 1500) + TURN_MS;
  }
  return { kind, seed, answers: made, deltas, skewPpm: 0 };
}

/** One packet every `packetMs` by the sender's clock, each late by `latenessMs` and none before the one ahead of it. */
function paced(
  kind: string,
  seed: number,
  options: { answers: number; durationMs: number; packetMs: number; speed?: number; skewPpm?: number },
  latenessOf: (uniform: () => number) => (sentMs: number) => number,
): Trace {
  const { answers, durationMs, packetMs, speed = 1, skewPpm = 0 } = options;
  const uniform = seededRandom(seed);
  const latenessMs = latenessOf(uniform);
  const made: Answer[] = [];
  const deltas: Delta[] = [];
  let clockMs = 200;
  for (let item = 0; item < answers; item++) {
    let atMs = 0;
    for (let position = 0; position < durationMs; position += packetMs) {
      const sentMs = clockMs + position / speed / (1 + skewPpm * 1e-6);
      atMs = Math.max(atMs, sentMs + latenessMs(sentMs));
      deltas.push({ atMs, item, startMs: position, durationMs: packetMs });
    }
    made.push({ startMs: clockMs, durationMs });
    clockMs = atMs + durationMs * 0.2 + TURN_MS;
  }
  return { kind, seed, answers: made, deltas, skewPpm };
}

/** Exponentially distributed with this mean. */
function exponential(uniform: () => number, mean: number): number {
  return -mean * Math.log(1 - uniform());
}

export const KINDS: readonly Kind[] = [
  {
    name: 'burst-llm',
    row: { gapMsPerMin: 613, delayMs: 124 },
    make: (seed) =>
      burst('burst-llm', seed, 8, (uniform) => {
        // Two to five times as fast as it plays; now and then the producer stops for longer than anyone would wait.
        const speed = 2 + 3 * uniform();
        const deltaMs = 200 + 200 * Math.floor(uniform() * 2);
        const stallAt = uniform() < 0.3 ? 8 + Math.floor(uniform() * 16) : -1;
        let count = 0;
        return {
          durationMs: 8000 + 6000 * uniform(),
          deltaMs,
          waitMs: () => (deltaMs / speed) * (0.5 + uniform()) + (++count === stallAt ? 1500 + 3500 * uniform() : 0),
        };
      }),
  },
  {
    name: 'burst-slow',
    row: { gapMsPerMin: 664, delayMs: 68 },
    make: (seed) =>
      burst('burst-slow', seed, 12, (uniform) => {
        // Hardly faster than it plays, in uneven steps.
        const speed = 1.15 + 0.35 * uniform();
        const deltaMs = 100;
        return {
          durationMs: 6000 + 4000 * uniform(),
          deltaMs,
          waitMs: () => (deltaMs / speed) * (0.3 + 1.4 * uniform()) + (uniform() < 0.08 ? 50 + 150 * uniform() : 0),
        };
      }),
  },
  {
    name: 'wifi-20ms',
    row: { gapMsPerMin: 56, delayMs: 116 },
    make: (seed) =>
      paced('wifi-20ms', seed, { answers: 1, durationMs: 120_000, packetMs: 20 }, (uniform) => {
        // Contention delays packets by tens of milliseconds, a scan of the radio once a call by an eighth of a second.
        const scanAt = 1500 + 10_000 * uniform();
        let busyUntil = 0;
        let hasScanned = false;
        return (sentMs) => {
          if (uniform() < 0.01) busyUntil = Math.max(busyUntil, sentMs + 15 + Math.min(50, exponential(uniform, 16)));
          if (!hasScanned && sentMs > scanAt) {
            hasScanned = true;
            busyUntil = sentMs + 115 + 20 * uniform();
          }
          return exponential(uniform, 3) + Math.max(0, busyUntil - sentMs);
        };
      }),
  },
  {
    name: 'lte-handover',
    row: { gapMsPerMin: 428, delayMs: 804 },
    make: (seed) =>
      paced('lte-handover', seed, { answers: 1, durationMs: 90_000, packetMs: 20 }, (uniform) => {
        // Every ten seconds or so the cell changes, and what was sent meanwhile comes all at once.
        let nextAt = 1500 + 3000 * uniform();
        let outageUntil = 0;
        return (sentMs) => {
          if (sentMs >= nextAt) {
            outageUntil = sentMs + 180 + 700 * uniform();
            nextAt = sentMs + 8000 + 9000 * uniform();
          }
          return exponential(uniform, 6) + Math.max(0, outageUntil - sentMs);
        };
      }),
  },
  {
    name: 'gilbert-elliott',
    row: { gapMsPerMin: 199, delayMs: 342 },
    make: (seed) =>
      paced('gilbert-elliott', seed, { answers: 1, durationMs: 90_000, packetMs: 20 }, (uniform) => {
        // Losses come in bursts. A lost packet is sent again, and if it is lost again, again; everything behind it waits.
        let isBad = false;
        let resentAt = 0;
        return (sentMs) => {
          isBad = uniform() < (isBad ? 0.7 : 0.006);
          if (isBad && resentAt <= sentMs) {
            let waitMs = 95;
            while (waitMs < 380 && uniform() < 0.4) waitMs += 95;
            resentAt = sentMs + waitMs;
          }
          return exponential(uniform, 4) + Math.max(0, resentAt - sentMs);
        };
      }),
  },
  {
    name: 'trickle-0.85',
    row: { gapMsPerMin: 7857, delayMs: 1759 },
    make: (seed) =>
      paced(
        'trickle-0.85',
        seed,
        { answers: 3, durationMs: 20_000, packetMs: 20, speed: 0.85 },
        (uniform) => () => exponential(uniform, 3),
      ),
  },
  ...[300, -300].map((skewPpm): Kind => {
    const name = `drift ${skewPpm > 0 ? '+' : '−'}${Math.abs(skewPpm)} ppm`;
    return {
      name,
      row: null,
      make: (seed) =>
        paced(
          name,
          seed,
          { answers: 1, durationMs: 600_000, packetMs: 20, skewPpm },
          (uniform) => () => 12 * uniform(),
        ),
    };
  }),
];

/** Seeds that are tried before a kind counts as one that can't be made. */
const MOST_SEEDS = 5000;

/** The first `count` traces of a kind, from a seed on, on which a plain queue fares as the row says, within 15 %. */
export function select(kind: Kind, count: number, fare: (trace: Trace) => Row, fromSeed = 1): Trace[] {
  const traces: Trace[] = [];
  for (let seed = fromSeed; traces.length < count; seed++) {
    if (seed >= fromSeed + MOST_SEEDS) {
      throw new RangeError(`${kind.name}: ${traces.length} of ${MOST_SEEDS} seeds are of that kind`);
    }
    const trace = kind.make(seed);
    if (kind.row === null || isWithin(fare(trace), kind.row)) traces.push(trace);
  }
  return traces;
}

const TOLERANCE = 0.15;

function isWithin(measured: Row, row: Row): boolean {
  const isNear = (value: number, wanted: number): boolean => Math.abs(value - wanted) <= TOLERANCE * wanted;
  return isNear(measured.gapMsPerMin, row.gapMsPerMin) && isNear(measured.delayMs, row.delayMs);
}
