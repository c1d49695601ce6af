// Parts of `bargein/audio` as stages of a stream. What a stage emits is the receiver's to keep.
import {
  bytesFromPcm16,
  floatFromPcm16,
  MicrophoneUplink,
  type MicrophoneUplinkOptions,
  Packetizer,
  type PacketizerOptions,
  pcm16FromBytes,
  pcm16FromFloat,
  PhoneDownlink,
  type PhoneLinkOptions,
  PhoneUplink,
  Resampler,
  type ResamplerOptions,
  SpeakerDownlink,
  type SpeakerDownlinkOptions,
} from '../audio/index.ts';

/** Something that takes pieces of a stream and emits pieces of another. */
export interface AudioStage<Input, Output> {
  push(input: Input, emit: (output: Output) => void): void;
  /** Emits what is left when the stream ends. */
  flush(emit: (output: Output) => void): void;
  /** Gives the memory back; it is not used afterwards. */
  free(): void;
}

/** Blocks of float32 at another rate. */
export function resamplerStage(options: ResamplerOptions): AudioStage<Float32Array, Float32Array> {
  const resampler = new Resampler(options);
  return {
    push: (input, emit) => emitSome(resampler.process(input).slice(), emit),
    flush: (emit) => emitSome(resampler.flush().slice(), emit),
    free: () => resampler.free(),
  };
}

/** Little-endian PCM16 bytes, cut anywhere, at another rate. Half a sample at the end is dropped. */
export function pcm16ResamplerStage(options: ResamplerOptions): AudioStage<Uint8Array, Uint8Array> {
  const resampler = new Resampler(options);
  let odd: number | null = null;
  return {
    push(input, emit) {
      const carried = odd === null ? 0 : 1;
      const bytes = new Uint8Array((carried + input.length) & ~1);
      if (odd !== null) bytes[0] = odd;
      bytes.set(input.subarray(0, bytes.length - carried), carried);
      const isOdd = (carried + input.length) % 2 === 1;
      odd = isOdd ? (input.at(-1) ?? odd) : null;
      emitSome(bytesFromPcm16(pcm16FromFloat(resampler.process(floatFromPcm16(pcm16FromBytes(bytes))))), emit);
    },
    flush: (emit) => emitSome(bytesFromPcm16(pcm16FromFloat(resampler.flush())), emit),
    free: () => resampler.free(),
  };
}

/** Blocks of any size as PCM16 packets of one size; silence fills the last one up. */
export function packetizerStage(options: PacketizerOptions): AudioStage<Float32Array | Int16Array, Int16Array> {
  const packetizer = new Packetizer(options);
  return {
    push: (input, emit) => packetizer.push(input, (packet) => emit(packet.slice())),
    flush: (emit) => void packetizer.flush((packet) => emit(packet.slice())),
    free: () => packetizer.free(),
  };
}

/** Float32 of a microphone as base64 packets for a model. */
export function microphoneUplinkStage(options: MicrophoneUplinkOptions): AudioStage<Float32Array, string> {
  return new MicrophoneUplink(options);
}

/** Base64 packets of a model as float32 for a speaker. */
export function speakerDownlinkStage(options: SpeakerDownlinkOptions): AudioStage<string, Float32Array> {
  const downlink = new SpeakerDownlink(options);
  return {
    push: (input, emit) => emitSome(downlink.convert(input).slice(), emit),
    flush: (emit) => emitSome(downlink.flush().slice(), emit),
    free: () => downlink.free(),
  };
}

/** Base64 packets of a phone line as base64 packets for a model. */
export function phoneUplinkStage(options: PhoneLinkOptions = {}): AudioStage<string, string> {
  return linkStage(new PhoneUplink(options));
}

/** Base64 packets of a model as base64 packets for a phone line. */
export function phoneDownlinkStage(options: PhoneLinkOptions = {}): AudioStage<string, string> {
  return linkStage(new PhoneDownlink(options));
}

function linkStage(link: PhoneUplink | PhoneDownlink): AudioStage<string, string> {
  return {
    push: (input, emit) => emitSome(link.convert(input), emit),
    flush: (emit) => emitSome(link.flush(), emit),
    free: () => link.free(),
  };
}

/** Emits what is not empty. */
function emitSome<T extends { readonly length: number }>(output: T, emit: (output: T) => void): void {
  if (output.length > 0) emit(output);
}
