// Bytes that work takes of V8's heap: those it allocates, and those that stay.
import { median } from './statistics.ts';

/** Flags of a process that counts allocation: room enough that nothing is collected while it is counted. */
export const HEAP_FLAGS: readonly string[] = ['--expose-gc', '--min-semi-space-size=128', '--max-semi-space-size=128'];

const WINDOWS = 9;
const WINDOW_CALLS = 1000;
const WARM_UP_MS = 500;

/** What one call of `work` allocates. */
export function allocatedBytes(work: () => unknown): number {
  // What V8 compiles lies on the same heap.
  for (const end = performance.now() + WARM_UP_MS; performance.now() < end;) work();
  // Counting allocates too, but as much in a long window as in a short one.
  const excesses: number[] = [];
  for (let window = 0; window < WINDOWS; window++) {
    const short = growth(work, WINDOW_CALLS);
    excesses.push(growth(work, 3 * WINDOW_CALLS) - short);
  }
  return Math.round(median(excesses) / (2 * WINDOW_CALLS));
}

/** How much more is occupied after so many calls. */
function growth(work: () => unknown, calls: number): number {
  globalThis.gc?.();
  const before = occupiedBytes();
  for (let i = 0; i < calls; i++) work();
  return occupiedBytes() - before;
}

/** What one of `count` things that `make` returns keeps, with all that it holds alone. */
export async function retainedBytes(count: number, make: () => Promise<object>): Promise<number> {
  const kept: object[] = [];
  globalThis.gc?.();
  const before = occupiedBytes();
  for (let i = 0; i < count; i++) kept.push(await make());
  globalThis.gc?.();
  const bytes = occupiedBytes() - before;
  return Math.round(bytes / kept.length);
}

function occupiedBytes(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
