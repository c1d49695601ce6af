export { loadCore, probeBuild, type CoreBuild } from '../wasm/core.ts';
export { Resampler, type ResamplerOptions, type ResamplerQuality } from './resampler.ts';
export {
  Playout,
  PLAYOUT_HANDLES,
  REFUSED,
  type HandlePosition,
  type PlayoutOptions,
  type PlayoutStats,
} from './playout.ts';
export { decodeBase64, decodeBase64Into, encodeBase64 } from './base64.ts';
export { PACKET_MS, WIRE_SAMPLE_RATE } from './format.ts';
export { decodeAlaw, decodeMulaw, encodeAlaw, encodeMulaw } from './g711.ts';
export { LevelMeter } from './meter.ts';
export { Packetizer, type PacketizerOptions } from './packetizer.ts';
export { bytesFromPcm16, floatFromPcm16, pcm16FromBytes, pcm16FromFloat } from './pcm16.ts';
export { VoiceActivity, type VoiceActivityDecision, type VoiceActivityOptions } from './voice-activity.ts';
export { resampleClip } from './clip.ts';
