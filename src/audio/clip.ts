import { floatFromPcm16, pcm16FromFloat } from './pcm16.ts';
import { Resampler } from './resampler.ts';

/** A whole recording at another rate, aligned with the original: the filter's delay is cut off. Rates in Hz. */
export function resampleClip(
  samples: Int16Array<ArrayBuffer>,
  inputRate: number,
  outputRate: number,
): Int16Array<ArrayBuffer> {
  if (inputRate === outputRate) return samples;
  const resampler = new Resampler({ inputRate, outputRate });
  // What the resampler returns is valid until its next call only.
  const body = pcm16FromFloat(resampler.process(floatFromPcm16(samples)));
  const tail = pcm16FromFloat(resampler.flush());
  const delayFrames = Math.round(resampler.delayFrames);
  resampler.free();
  const clip = new Int16Array(body.length + tail.length);
  clip.set(body);
  clip.set(tail, body.length);
  return clip.subarray(delayFrames);
}
