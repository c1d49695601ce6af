// Bytes that work takes of V8's heap: those it allocates, and those that stay.
import { median } from './statistics.ts';

/** Flags of a process that counts allocation: room enough that nothing is collected while it is counted. */
export const HEAP_FLAGS: readonly string[] = ['--expose-gc', '--min-semi-space-size=128', '--max-semi-space-size=128'];

const WINDOWS = 5;
const WINDOW_CALLS = 500;

/** What one call of `work` allocates. */
export function allocatedBytes(work: () => unknown): number {
  const run = (): void => {
    for (let i = 0; i < WINDOW_CALLS; i++) work();
  };
  for (let i = 0; i < WINDOWS; i++) run();
  const windows: number[] = [];
  for (let i = 0; i < WINDOWS; i++) {
    globalThis.gc?.();
    const before = occupiedBytes();
    run();
    windows.push(occupiedBytes() - before);
  }
  return Math.round(median(windows) / WINDOW_CALLS);
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
