// The ABI of the audio core: exactly these functions are exported, nothing else. Every pointer is a byte address in the
// imported memory; the caller owns all memory and never passes overlapping buffers unless a function says it may.
import { initBase64Tables } from './base64';

/** Fills the constant tables; the host calls it once, before anything else. */
export function init(): void {
  initBase64Tables();
}

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
export { dotFour } from './dot';
export { decodeBase64, encodeBase64 } from './base64';
export { ditherBytes, ditherInit, pcm16FromFloatDithered } from './dither';
export { decodeAlaw, decodeMulaw, encodeAlaw, encodeMulaw } from './g711';
export { loudnessBytes, loudnessInit, loudnessMeasure, loudnessMomentary, loudnessTruePeak } from './loudness';
export { transcode } from './transcoder';
export {
  meterBytes,
  meterClips,
  meterFloat,
  meterFrames,
  meterMeanSquare,
  meterPcm16,
  meterPeak,
  meterReset,
} from './meter';
export {
  packetizerBytes,
  packetizerClear,
  packetizerFilled,
  packetizerInit,
  packetizerPacket,
  packetizerPad,
  packetizerWrite,
  packetizerWriteFloat,
} from './packetizer';
export { floatFromPcm16, pcm16FromFloat } from './pcm16';
export {
  voiceActivityBytes,
  voiceActivityInit,
  voiceActivityPush,
  voiceActivityStart,
  voiceActivityStop,
} from './voice-activity';
