// Bytes that work takes of V8's heap: those it allocates, and those that stay.
import { Session } from 'node:inspector/promises';
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

/** What is used of a sampling heap profile; its published types know less. */
interface Profile {
  readonly head: ProfileNode;
  readonly samples: readonly { readonly size: number; readonly nodeId: number }[];
}
interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string };
  readonly children: readonly ProfileNode[];
}

const SAMPLED_CALLS = 20_000;
/** V8 notes one allocated byte in so many, at random, and with it the whole object: larger ones hardly ever escape. */
const SAMPLING_BYTES = 64;

/**
 * Objects that one call of `work` allocates, on average, by their size in bytes. Growth of the heap also has what is left
 * free at the end of each of its pages; this has not.
 */
export async function allocatedObjects(work: () => unknown): Promise<ReadonlyMap<number, number>> {
  for (const end = performance.now() + WARM_UP_MS; performance.now() < end;) work();
  const session = new Session();
  session.connect();
  await session.post('HeapProfiler.startSampling', {
    samplingInterval: SAMPLING_BYTES,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  });
  callSampled(work);
  const { profile } = await session.post('HeapProfiler.stopSampling');
  session.disconnect();
  const { head, samples } = profile as unknown as Profile;
  const ids = new Set(nodesUnder(callSampled.name, head));
  const counts = new Map<number, number>();
  for (const { size } of samples.filter(({ nodeId }) => ids.has(nodeId))) {
    const objects = 1 / (1 - Math.exp(-size / SAMPLING_BYTES));
    counts.set(size, (counts.get(size) ?? 0) + objects / SAMPLED_CALLS);
  }
  return counts;
}

function callSampled(work: () => unknown): void {
  for (let i = 0; i < SAMPLED_CALLS; i++) work();
}

/** What was called from a function of this name, directly or not. */
function nodesUnder(name: string, node: ProfileNode, isUnder = false): number[] {
  const isWithin = isUnder || node.callFrame.functionName === name;
  return [...(isWithin ? [node.id] : []), ...node.children.flatMap((child) => nodesUnder(name, child, isWithin))];
}

const SETTLING_COLLECTIONS = 10;

/** What one of `count` things that `make` returns keeps, with all that it holds alone. */
export async function retainedBytes(count: number, make: () => Promise<object>): Promise<number> {
  const kept: object[] = [];
  const before = settledBytes();
  for (let i = 0; i < count; i++) kept.push(await make());
  const bytes = settledBytes() - before;
  return Math.round(bytes / kept.length);
}

/** What stays: one collection leaves caches and compiled code that the next ones still free. */
function settledBytes(): number {
  for (let i = 0; i < SETTLING_COLLECTIONS; i++) globalThis.gc?.();
  return occupiedBytes();
}

function occupiedBytes(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
