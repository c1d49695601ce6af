import type { Decoder, Encoder } from '@evan/opus';
import { bytesFromPcm16, pcm16FromBytes } from '../audio/pcm16.ts';
import { ServerError } from './server-error.ts';

const SAMPLE_RATE = 48_000;

/** Opus, mono, tuned for voice: `@evan/opus` (libopus compiled to WebAssembly). */
export class OpusCoder {
  readonly sampleRate: number = SAMPLE_RATE;
  readonly #encoder: Encoder;
  readonly #decoder: Decoder;

  static async load(): Promise<OpusCoder> {
    try {
      const opus = await import('@evan/opus');
      const options = { channels: 1, sample_rate: SAMPLE_RATE } as const;
      return new OpusCoder(new opus.Encoder({ ...options, application: 'voip' }), new opus.Decoder(options));
    } catch (cause) {
      throw new ServerError('a call with Opus needs a package: npm install @evan/opus@1.0.3, or offer PCMU only', {
        code: 'ERR_OPUS_MISSING',
        cause,
      });
    }
  }

  private constructor(encoder: Encoder, decoder: Decoder) {
    this.#encoder = encoder;
    this.#decoder = decoder;
  }

  encode(samples: Int16Array<ArrayBuffer>): Uint8Array {
    return this.#encoder.encode(bytesFromPcm16(samples));
  }

  decode(payload: Uint8Array): Int16Array<ArrayBuffer> {
    // What the decoder returns may be a view of its own memory.
    return pcm16FromBytes(this.#decoder.decode(payload).slice());
  }
}
