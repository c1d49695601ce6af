import { audioTier } from './audio-tier.ts';

/**
 * Whether a page and its worklets can share memory. A page wakes by `Atomics.waitAsync`; where there is none, messages are
 * the route, because a timer that looked instead would sleep for a second at a time in the background.
 */
export function canShareMemory(isWanted = true): boolean {
  return isWanted && audioTier() === 'worklet' && globalThis.crossOriginIsolated && 'waitAsync' in Atomics;
}
