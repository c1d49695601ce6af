import { BARGE_IN_TEXT } from './barge-in.generated.ts';
import { decodeCoreBytes } from './byte-text.ts';

/** The functions of `assembly/barge-in-module.ts`. Addresses, counts and flags are numbers; a `bool` result is 0 or 1. */
export interface BargeInExports {
  bargeInBytes(): number;
  bargeInInit(state: number, rate: number): void;
  bargeInPush(state: number, microphone: number, agent: number, frames: number): number;
  bargeInWasEcho(state: number): void;
}

let compiled: WebAssembly.Module | null = null;

/** The compiled detector of barge-ins, which works in the memory of any build of the audio core; cloneable to worklets. */
export function bargeInModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(decodeCoreBytes(BARGE_IN_TEXT));
  return compiled;
}
