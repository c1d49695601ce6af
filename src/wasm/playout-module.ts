import { decodeCoreBytes } from './byte-text.ts';
import { PLAYOUT_TEXT } from './playout.generated.ts';

/** The functions of `assembly/playout-module.ts`. Addresses, counts and flags are numbers; a `bool` result is 0 or 1. */
export interface PlayoutExports {
  playoutArrived(state: number, handle: number, frames: number, bufferedBefore: number): void;
  playoutBufferedFrames(state: number): number;
  playoutBytes(capacityFrames: number, itemRate: number, outputRate: number, stretches: number): number;
  playoutCursor(state: number): number;
  playoutDuck(state: number, gain: number): void;
  playoutEnd(state: number, handle: number): void;
  playoutHeardAt(state: number, outputFrame: number, dst: number): void;
  playoutInit(state: number, capacityFrames: number, itemRate: number, outputRate: number, stretches: number): void;
  playoutInterrupt(state: number): void;
  playoutLocate(state: number, meter: number, dst: number): number;
  playoutOpen(state: number): number;
  playoutPause(state: number): void;
  playoutReceivedFrames(state: number, handle: number): number;
  playoutRender(state: number, dst: number, frames: number): void;
  playoutRenderedFrames(state: number, handle: number): number;
  playoutResume(state: number): void;
  playoutStats(state: number, dst: number): void;
  playoutTakeReport(state: number, dst: number): number;
  playoutWrite(state: number, handle: number, src: number, frames: number): number;
}

let compiled: WebAssembly.Module | null = null;

/**
 * The compiled playout module, which works in the memory of any build of the audio core; cloneable to workers and
 * worklets by `postMessage`.
 */
export function playoutModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(decodeCoreBytes(PLAYOUT_TEXT));
  return compiled;
}
