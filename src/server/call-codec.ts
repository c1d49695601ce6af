import { decodeMulaw, encodeMulaw } from '../audio/g711.ts';
import { floatFromPcm16, pcm16FromFloat } from '../audio/pcm16.ts';
import { Resampler } from '../audio/resampler.ts';
import { CALL_SAMPLE_RATE } from './output-buffer.ts';
import { OpusCoder } from './opus-coder.ts';

/** The codecs that a call may use, the preferred one first. */
export const CALL_CODECS = ['opus', 'PCMU'] as const;
export type CallCodecName = (typeof CALL_CODECS)[number];

/** Turns PCM16 at the codec's own rate into payloads and back; one direction each, with memory of what went before. */
export interface Coder {
  readonly sampleRate: number;
  encode(samples: Int16Array<ArrayBuffer>): Uint8Array;
  decode(payload: Uint8Array<ArrayBuffer>): Int16Array<ArrayBuffer>;
}

/** Session audio of one payload. */
export interface DecodedPayload {
  readonly samples: Int16Array<ArrayBuffer>;
  readonly ticks: number;
}

const mulawCoder: Coder = {
  sampleRate: 8000,
  encode: (samples) => encodeMulaw(samples),
  decode: (octets) => decodeMulaw(octets),
};

/** A call's codec, resampled from and to the rate of the session. */
export class CallCodec {
  /** Ticks of the RTP timestamp in one second. */
  readonly clockRate: number;
  readonly #coder: Coder;
  readonly #fromSession: Resampler;
  readonly #toSession: Resampler;

  /** Opus loads the optional package `@evan/opus`; throws `ERR_OPUS_MISSING` without it. */
  static async load(name: CallCodecName): Promise<CallCodec> {
    return new CallCodec(name === 'opus' ? await OpusCoder.load() : mulawCoder);
  }

  private constructor(coder: Coder) {
    this.#coder = coder;
    this.clockRate = coder.sampleRate;
    this.#fromSession = new Resampler({ inputRate: CALL_SAMPLE_RATE, outputRate: coder.sampleRate });
    this.#toSession = new Resampler({ inputRate: coder.sampleRate, outputRate: CALL_SAMPLE_RATE });
  }

  /** Encodes a packet of session audio. What a filter still holds back of it leaves with the next packet. */
  encode(samples: Int16Array): Uint8Array {
    return this.#coder.encode(pcm16FromFloat(this.#fromSession.process(floatFromPcm16(samples))));
  }

  /** Decodes a payload into session audio, and says how long it is in ticks of the RTP clock. */
  decode(payload: Uint8Array<ArrayBuffer>): DecodedPayload {
    const decoded = this.#coder.decode(payload);
    return { samples: this.#receive(decoded), ticks: decoded.length };
  }

  /** Session audio for `ticks` of the RTP clock in which nothing arrived. */
  silence(ticks: number): Int16Array<ArrayBuffer> {
    return this.#receive(new Int16Array(ticks));
  }

  free(): void {
    this.#fromSession.free();
    this.#toSession.free();
  }

  #receive(samples: Int16Array): Int16Array<ArrayBuffer> {
    return pcm16FromFloat(this.#toSession.process(floatFromPcm16(samples)));
  }
}
