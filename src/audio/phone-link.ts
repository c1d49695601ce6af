import { AudioError } from '../errors.ts';
import { WIRE_SAMPLE_RATE } from './format.ts';
import type { Level } from './level.ts';
import type { ResamplerQuality } from './resampler.ts';
import { type PathEnd, Transcoder } from './transcoder.ts';

const PHONE_RATE = 8000;

/** Formats of a phone line and of a model. */
export interface PhoneLinkOptions {
  /** Default `mulaw`. */
  readonly law?: 'mulaw' | 'alaw';
  /** Rate of the model's PCM16, Hz, 8000…192000; default 24000. */
  readonly wireRate?: number;
  /** Default `voice`. */
  readonly quality?: ResamplerQuality;
  /** Longest packet that is converted without an allocation, 20 to 10000; longer ones are converted in pieces. Default 500. */
  readonly maxPacketMs?: number;
}

/** What both directions do. */
class PhoneLink {
  /** Level of the PCM16 on the way, nearest to the input. */
  readonly level: Level;
  /** Delay of the resampler, in milliseconds. */
  readonly delayMs: number;
  readonly #transcoder: Transcoder;

  constructor(owner: string, options: PhoneLinkOptions, ends: { readonly input: PathEnd; readonly output: PathEnd }) {
    this.#transcoder = new Transcoder({
      owner,
      ...ends,
      quality: options.quality ?? 'voice',
      maxPacketMs: options.maxPacketMs ?? 500,
    });
    this.level = this.#transcoder.level;
    this.delayMs = this.#transcoder.delayMs;
  }

  /**
   * Converts a packet of any length. Throws `ERR_BASE64` with the position for malformed text, and
   * `ERR_PCM16_ODD_LENGTH` for half a sample.
   */
  convert(base64: string): string {
    return this.#transcoder.textFromText(base64);
  }

  /** Ends the stream: returns what is still inside the resampler, as if silence followed, and begins anew. */
  flush(): string {
    const text = this.#transcoder.textFromFrames(this.#transcoder.writeSilence());
    this.reset();
    return text;
  }

  /** The next packet begins a new stream. */
  reset(): void {
    this.#transcoder.reset();
  }

  /** Gives the memory back; the other methods throw `ERR_AUDIO_MEMORY` afterwards. */
  free(): void {
    this.#transcoder.free();
  }

  /** The same as `free()`, at the end of a `using` declaration's block. */
  [Symbol.dispose](): void {
    this.free();
  }
}

/**
 * From a phone line to a model: base64 µ-law or A-law of 8 kHz, as media streams of telephony services bring it, becomes
 * base64 PCM16 at the model's rate. One call into the core a packet; nothing is allocated but the text.
 */
export class PhoneUplink extends PhoneLink {
  constructor(options: PhoneLinkOptions = {}) {
    super('the phone uplink', options, { input: phoneEnd(options), output: modelEnd(options) });
  }
}

/**
 * From a model to a phone line: base64 PCM16 becomes base64 µ-law or A-law of 8 kHz, bit for bit as ITU-T G.191. One call
 * into the core a packet; nothing is allocated but the text.
 */
export class PhoneDownlink extends PhoneLink {
  constructor(options: PhoneLinkOptions = {}) {
    super('the phone downlink', options, { input: modelEnd(options), output: phoneEnd(options) });
  }
}

function phoneEnd({ law = 'mulaw' }: PhoneLinkOptions): PathEnd {
  if (law !== 'mulaw' && law !== 'alaw') {
    throw new AudioError(`law must be 'mulaw' or 'alaw', got ${String(law)}`, { code: 'ERR_G711_LAW' });
  }
  return { rate: PHONE_RATE, format: law, isText: true };
}

function modelEnd({ wireRate = WIRE_SAMPLE_RATE }: PhoneLinkOptions): PathEnd {
  return { rate: wireRate, format: 'pcm16', isText: true };
}
