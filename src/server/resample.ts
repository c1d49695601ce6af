import { floatFromPcm16, pcm16FromFloat } from '../audio/pcm16.ts';
import { Resampler } from '../audio/resampler.ts';

/** A whole utterance at another rate, without the resampler's delay. */
export function resample(pcm16: Int16Array, inputRate: number, outputRate: number): Int16Array {
  if (inputRate === outputRate) return pcm16;
  const resampler = new Resampler({ inputRate, outputRate });
  // A result of the resampler is valid until the next call only.
  const body = pcm16FromFloat(resampler.process(floatFromPcm16(pcm16)));
  const tail = pcm16FromFloat(resampler.flush());
  const delayFrames = Math.round(resampler.delayFrames);
  resampler.free();
  const output = new Int16Array(body.length + tail.length);
  output.set(body);
  output.set(tail, body.length);
  return output.subarray(delayFrames);
}
