// What a process still holds after many cycles of connecting and going, read after full collections along the way. The
// process must have been started with --expose-gc.

import { setImmediate as turn } from 'node:timers/promises';

const READINGS = 10;
/** Turns of the event loop in which what has ended is let go. */
const SETTLING_TURNS = 20;

/** What the process holds. */
export interface MemoryReading {
  /** Cycles done by then. */
  readonly cycles: number;
  /** Heap and external memory. */
  readonly heapBytes: number;
  readonly rssBytes: number;
  /** Sockets, timers and the like that keep the event loop going. */
  readonly handles: number;
}

/** Runs cycles 1 to `cycles`, which must be ten times a whole number, and reads the memory ten times. */
export async function readAlong(
  cycles: number,
  cycle: (number: number) => Promise<void>,
  onReading: (reading: MemoryReading) => void,
): Promise<readonly MemoryReading[]> {
  const stride = cycles / READINGS;
  if (!Number.isInteger(stride) || stride < 1) throw new Error(`--cycles must be 10, 20, 30 …, got ${cycles}`);
  const readings: MemoryReading[] = [];
  for (let number = 1; number <= cycles; number++) {
    await cycle(number);
    if (number % stride > 0) continue;
    const reading = await readMemory(number);
    readings.push(reading);
    onReading(reading);
  }
  return readings;
}

/**
 * Bytes of heap and external memory that each cycle leaves behind: the median of the steps between the readings of the
 * second half. In the first the engine still compiles, and compiled code is dropped now and then, megabytes at a time.
 */
export function heapBytesPerCycle(readings: readonly MemoryReading[]): number {
  const half = readings.slice(readings.length / 2 - 1);
  const steps = half.slice(1).map(({ cycles, heapBytes }, index) => {
    const before = half[index]!;
    return (heapBytes - before.heapBytes) / (cycles - before.cycles);
  });
  return steps.toSorted((a, b) => a - b)[Math.floor(steps.length / 2)] ?? Number.NaN;
}

async function readMemory(cycles: number): Promise<MemoryReading> {
  const collect = globalThis.gc;
  if (collect === undefined) throw new Error('run me with --expose-gc');
  for (let i = 0; i < SETTLING_TURNS; i++) await turn();
  collect();
  await turn();
  collect();
  const { heapUsed, external, rss } = process.memoryUsage();
  const handles = process.getActiveResourcesInfo().filter((kind) => kind !== 'Immediate').length;
  return { cycles, heapBytes: heapUsed + external, rssBytes: rss, handles };
}
