// Whole voice paths in one call: text or samples in, another rate, samples or text out, a block of a few milliseconds at a
// time, so that what lies between stays in the first cache.
import { decodeBase64, encodeBase64 } from './base64';
import { decodeAlaw, decodeMulaw, encodeAlaw, encodeMulaw } from './g711';
import { meterPcm16 } from './meter';
import { floatFromPcm16, pcm16FromFloat } from './pcm16';
import { resamplerProcess } from './resampler';

const FLOAT: i32 = 0;
const PCM16: i32 = 1;
const MULAW: i32 = 2;
/** The text ends inside a sample. */
const HALF_SAMPLE: i32 = i32.MIN_VALUE;

/**
 * Converts `count` frames at `src` to `dst` and returns how many frames that made. Formats are 0 float, 1 PCM16, 2 µ-law,
 * 3 A-law, all of the input's rate and the output's rate of `resampler`. `blockFrames` of input at most go through it at a
 * time, whose blocks must be as long; `scratch` has room for two blocks of `scratchFrames` floats, enough for that many
 * frames of input or output. The PCM16 nearest to the input adds to `meter`, unless that is 0.
 *
 * With `isText`, `count` characters of base64 are at `src`, which is overwritten; malformed text is returned as
 * `decodeBase64` returns it, or the least i32 when it ends inside a sample, and nothing is converted. With `text` not 0,
 * the frames at `dst` are encoded there and the number of characters is returned.
 */
export function transcode(
  dst: usize,
  outputFormat: i32,
  src: usize,
  inputFormat: i32,
  count: i32,
  resampler: usize,
  blockFrames: i32,
  scratch: usize,
  scratchFrames: i32,
  meter: usize,
  isText: bool,
  text: usize,
): i32 {
  const inputShift = frameShift(inputFormat);
  const outputShift = frameShift(outputFormat);
  const other = scratch + ((<usize>scratchFrames) << 2);
  const start = dst;
  if (isText) {
    count = decodeBase64(src, src, count);
    if (count < 0) return count;
    if ((count & ((1 << inputShift) - 1)) != 0) return HALF_SAMPLE;
    count >>= inputShift;
  }
  while (count > 0) {
    const frames = min(count, blockFrames);
    let floats = src;
    if (inputFormat != FLOAT) {
      let pcm16 = src;
      if (inputFormat != PCM16) {
        pcm16 = other;
        if (inputFormat == MULAW) decodeMulaw(pcm16, src, frames);
        else decodeAlaw(pcm16, src, frames);
      }
      if (meter != 0) meterPcm16(meter, pcm16, frames);
      floats = scratch;
      floatFromPcm16(floats, pcm16, frames);
    }
    const converted = outputFormat == FLOAT ? dst : other;
    const made = resamplerProcess(resampler, converted, scratchFrames, floats, frames);
    if (outputFormat != FLOAT) {
      const pcm16 = outputFormat == PCM16 ? dst : scratch;
      pcm16FromFloat(pcm16, converted, made);
      if (meter != 0 && inputFormat == FLOAT) meterPcm16(meter, pcm16, made);
      if (outputFormat == MULAW) encodeMulaw(dst, pcm16, made, 0);
      else if (outputFormat != PCM16) encodeAlaw(dst, pcm16, made, 0);
    }
    src += (<usize>frames) << inputShift;
    dst += (<usize>made) << outputShift;
    count -= frames;
  }
  const bytes = <i32>(dst - start);
  return text != 0 ? encodeBase64(text, start, bytes) : bytes >> outputShift;
}

/** Bytes of a frame as a shift: 4, 2, 1, 1. */
function frameShift(format: i32): i32 {
  return max(2 - format, 0);
}
