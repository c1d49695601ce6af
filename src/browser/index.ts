// The agent's voice and the user's in a browser.

export type { AudioTier } from './audio-tier.ts';
export { BrowserAudio, browserAudio, type BrowserAudioEventTypes, type BrowserAudioOptions } from './browser-audio.ts';
export { Speaker, type SpeakerEventTypes, type SpeakerOptions, type SpeakerStats } from './speaker.ts';
export { type MicrophoneConstraints, type MicrophoneDevice, listMicrophones } from './devices.ts';
export type { BargeInOptions, BargeInPhase, BargeInWatch } from './barge-in.ts';
export type { HoldAction } from './holdable-playout.ts';
export { CodecNode, type CodecNodeEventTypes, type CodecNodeOptions } from './codec-node.ts';
export type { CodecFormat } from './codec-format.ts';
export { Microphone, type MicrophoneEventTypes, type MicrophoneLevel, type MicrophoneOptions } from './microphone.ts';
