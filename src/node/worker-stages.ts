// What a worker thread can do: the stages of streams, by name, since functions can't be sent to it.

import type {
  MicrophoneUplinkOptions,
  PacketizerOptions,
  PhoneLinkOptions,
  ResamplerOptions,
  SpeakerDownlinkOptions,
} from '../audio/index.ts';
import { AudioError } from '../errors.ts';
import {
  type AudioStage,
  microphoneUplinkStage,
  packetizerStage,
  pcm16ResamplerStage,
  phoneDownlinkStage,
  phoneUplinkStage,
  resamplerStage,
  speakerDownlinkStage,
} from '../streams/stages.ts';

/** A piece of a stream: samples, bytes, or base64 text. */
export type AudioPiece = Float32Array | Int16Array | Uint8Array | string;

/** The stages that an `AudioWorker` runs, each the one of `bargein/audio/streams` with that name and `Stage` behind it. */
export interface WorkerStages {
  /** Float32 at another rate. */
  resampler: { options: ResamplerOptions; input: Float32Array; output: Float32Array };
  /** Little-endian PCM16 bytes at another rate. */
  pcm16Resampler: { options: ResamplerOptions; input: Uint8Array; output: Uint8Array };
  /** PCM16 packets of one size. */
  packetizer: { options: PacketizerOptions; input: Float32Array | Int16Array; output: Int16Array };
  /** Float32 of a microphone as base64 packets for a model. */
  microphoneUplink: { options: MicrophoneUplinkOptions; input: Float32Array; output: string };
  /** Base64 packets of a model as float32 for a speaker. */
  speakerDownlink: { options: SpeakerDownlinkOptions; input: string; output: Float32Array };
  /** Base64 packets of a phone line as base64 packets for a model. */
  phoneUplink: { options: PhoneLinkOptions; input: string; output: string };
  /** Base64 packets of a model as base64 packets for a phone line. */
  phoneDownlink: { options: PhoneLinkOptions; input: string; output: string };
}

/** A stage and its options, as they are sent to a thread. */
export type StageOrder = {
  [Name in keyof WorkerStages]: { readonly stage: Name; readonly options: WorkerStages[Name]['options'] };
}[keyof WorkerStages];

/**
 * Makes the stage in this thread, for pieces of the kind that its name says. Throws `ERR_AUDIO_STAGE` for one that there is
 * not, and what the stage itself throws.
 */
export function makeStage(order: StageOrder): AudioStage<AudioPiece, AudioPiece> {
  return stageOf(order);
}

function stageOf(order: StageOrder): AudioStage<never, AudioPiece> {
  switch (order.stage) {
    case 'resampler':
      return resamplerStage(order.options);
    case 'pcm16Resampler':
      return pcm16ResamplerStage(order.options);
    case 'packetizer':
      return packetizerStage(order.options);
    case 'microphoneUplink':
      return microphoneUplinkStage(order.options);
    case 'speakerDownlink':
      return speakerDownlinkStage(order.options);
    case 'phoneUplink':
      return phoneUplinkStage(order.options);
    case 'phoneDownlink':
      return phoneDownlinkStage(order.options);
    default:
      throw new AudioError(`there is no stage ${JSON.stringify(order)}`, { code: 'ERR_AUDIO_STAGE' });
  }
}
