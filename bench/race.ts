// Interleaved timing. In each round every contender does one batch, in an order that turns from round to round, so that
// whatever else the machine does hits all of them alike; what counts is the ratio within a round.
import type { Contender, RunEntry } from './subject.ts';

/** How long and how often. */
export interface RaceSettings {
  /** Rounds counted in one run. */
  readonly rounds: number;
  /** Length that a batch aims at, in milliseconds. */
  readonly batchMs: number;
  /** Least time that each contender works before it counts, so that V8 has optimised it, in milliseconds. */
  readonly warmUpMs: number;
}

const MAX_BATCH_GROWTH = 8;
const WARM_UP_TURNS = 3;

/** Warms every contender up, finds its batch size, then times the rounds. */
export async function race(contenders: readonly Contender[], settings: RaceSettings): Promise<RunEntry[]> {
  const batches = contenders.map(() => 1);
  // In turns, so that a call site shared by contenders has seen all of them before any is measured.
  for (let turn = 0; turn < WARM_UP_TURNS; turn++) {
    for (const [i, contender] of contenders.entries()) {
      batches[i] = await warmUp(contender, batches[i] ?? 1, settings, settings.warmUpMs / WARM_UP_TURNS);
    }
  }

  const rounds: number[][] = contenders.map(() => []);
  for (let round = 0; round < settings.rounds; round++) {
    for (const index of turnOrder(contenders.length, round)) {
      const times = batches[index] ?? 1;
      const elapsedNs = await contenders[index]?.time(times);
      if (elapsedNs !== undefined) rounds[index]?.push(elapsedNs / times);
    }
  }
  return contenders.map(({ name, facts = {} }, i) => ({ contender: name, rounds: rounds[i] ?? [], facts }));
}

/** Runs for `leastMs` and returns how many operations make a batch of the length asked for. */
async function warmUp(contender: Contender, batch: number, settings: RaceSettings, leastMs: number): Promise<number> {
  const targetNs = settings.batchMs * 1e6;
  let spentNs = 0;
  let times = batch;
  for (;;) {
    const elapsedNs = Math.max(1, await contender.time(times));
    spentNs += elapsedNs;
    const ideal = Math.max(1, Math.round((times * targetNs) / elapsedNs));
    const isShort = elapsedNs < targetNs / 2 && ideal > times;
    if (spentNs >= leastMs * 1e6 && !isShort) return ideal;
    times = Math.min(ideal, times * MAX_BATCH_GROWTH);
  }
}

/** Indices below `count`: each round starts one further, every other round runs backwards. */
export function turnOrder(count: number, round: number): number[] {
  const order = Array.from({ length: count }, (_, i) => (i + round) % count);
  return round % 2 === 0 ? order : order.toReversed();
}
