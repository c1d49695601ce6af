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
export { decodeBase64, decodeBase64Into, encodeBase64 } from './base64-kernel.ts';
export { PACKET_MS, WIRE_SAMPLE_RATE } from './format.ts';
export { type G711Convention, decodeAlaw, decodeMulaw, encodeAlaw, encodeMulaw } from './g711.ts';
export { deinterleave, downMix, interleave, type Samples } from './channels.ts';
export { Dither, type DitherOptions } from './dither.ts';
export { Level } from './level.ts';
export { LevelMeter } from './meter.ts';
export { LoudnessMeter, type LoudnessMeterOptions } from './loudness.ts';
export { MicrophoneUplink, type MicrophoneUplinkOptions } from './microphone-uplink.ts';
export { PhoneDownlink, PhoneUplink, type PhoneLinkOptions } from './phone-link.ts';
export { SpeakerDownlink, type SpeakerDownlinkOptions } from './speaker-downlink.ts';
export { Packetizer, type PacketizerOptions } from './packetizer.ts';
export { bytesFromPcm16, floatFromPcm16, pcm16FromBytes, pcm16FromFloat } from './pcm16.ts';
export { VoiceActivity, type VoiceActivityDecision, type VoiceActivityOptions } from './voice-activity.ts';
export { resampleClip } from './clip.ts';
