// The ABI of the audio core: exactly these functions are exported, nothing else. Every pointer is a byte address in the
// imported memory; the caller owns all memory and never passes overlapping buffers unless a function says it may.

/** Fills the constant tables; the host calls it once, before anything else. */
export function init(): void {}

/** First byte that the host may hand out; below it lie the core's own constants. */
export function heapBase(): usize {
  return __heap_base;
}

export {
  resamplerBytes,
  resamplerDelayFrames,
  resamplerDelayInputFrames,
  resamplerInit,
  resamplerInputFramesNeeded,
  resamplerOutputFramesAvailable,
  resamplerProcess,
  resamplerReset,
} from './resampler';
