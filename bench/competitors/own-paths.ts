import {
  bytesFromPcm16,
  decodeBase64Into,
  decodeMulaw,
  encodeBase64,
  encodeMulaw,
  floatFromPcm16,
  pcm16FromBytes,
  pcm16FromFloat,
  Resampler,
} from '../../src/audio/index.ts';

const MODEL_RATE = 24_000;
const PHONE_RATE = 8000;

/** Float at the device's rate to base64 PCM16 at 24 kHz. */
export function ownMicrophonePath(deviceRate: number, packetFrames: number): (block: Float32Array) => string {
  const resampler = new Resampler({ inputRate: deviceRate, outputRate: MODEL_RATE });
  const pcm16 = new Int16Array(packetFrames);
  const bytes = bytesFromPcm16(pcm16);
  return (block) => {
    pcm16FromFloat(resampler.process(block), pcm16);
    return encodeBase64(bytes);
  };
}

/** Base64 PCM16 at 24 kHz to float at the device's rate. */
export function ownPlaybackPath(deviceRate: number, packetFrames: number): (text: string) => Float32Array {
  const resampler = new Resampler({ inputRate: MODEL_RATE, outputRate: deviceRate });
  const bytes = new Uint8Array(packetFrames * Int16Array.BYTES_PER_ELEMENT);
  const pcm16 = pcm16FromBytes(bytes);
  const floats = new Float32Array(packetFrames);
  return (text) => {
    decodeBase64Into(text, bytes);
    return resampler.process(floatFromPcm16(pcm16, floats));
  };
}

/** Base64 µ-law at 8 kHz to base64 PCM16 at 24 kHz. */
export function ownTelephonyIn(phoneFrames: number, packetFrames: number): (text: string) => string {
  const resampler = new Resampler({ inputRate: PHONE_RATE, outputRate: MODEL_RATE });
  const octets = new Uint8Array(phoneFrames);
  const phone = new Int16Array(phoneFrames);
  const floats = new Float32Array(phoneFrames);
  const pcm16 = new Int16Array(packetFrames);
  const bytes = bytesFromPcm16(pcm16);
  return (text) => {
    decodeBase64Into(text, octets);
    floatFromPcm16(decodeMulaw(octets, phone), floats);
    pcm16FromFloat(resampler.process(floats), pcm16);
    return encodeBase64(bytes);
  };
}

/** Base64 PCM16 at 24 kHz to base64 µ-law at 8 kHz. */
export function ownTelephonyOut(phoneFrames: number, packetFrames: number): (text: string) => string {
  const resampler = new Resampler({ inputRate: MODEL_RATE, outputRate: PHONE_RATE });
  const bytes = new Uint8Array(packetFrames * Int16Array.BYTES_PER_ELEMENT);
  const pcm16 = pcm16FromBytes(bytes);
  const floats = new Float32Array(packetFrames);
  const phone = new Int16Array(phoneFrames);
  const octets = new Uint8Array(phoneFrames);
  return (text) => {
    decodeBase64Into(text, bytes);
    pcm16FromFloat(resampler.process(floatFromPcm16(pcm16, floats)), phone);
    return encodeBase64(encodeMulaw(phone, octets));
  };
}
