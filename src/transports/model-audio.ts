// The model's audio on its way from the wire to the playout. It may be held back first, and late audio of a cancelled response
// goes nowhere.

import { decodeBase64 } from '../audio/base64.ts';
import type { Clock } from '../clock.ts';
import { UserError } from '../errors.ts';
import type { SessionPlayout } from '../playout/playout.ts';
import { VirtualPlayout } from '../playout/virtual-playout.ts';
import type { OutputAudioDeltaEvent, OutputAudioDoneEvent } from '../protocol/server-events.ts';
import type { WireFormat } from './output-audio.ts';
import { cutInTheMiddle, framesOf, PCM_24_KHZ, samplesOf } from './output-audio.ts';
import type { AudioHold, TransportLayerAudio } from './transport.ts';

/** Which audio. */
export type AudioPlace = Pick<Required<TransportLayerAudio>, 'responseId' | 'itemId' | 'contentIndex'>;

/** Who is told of the audio, and asked about it. */
export interface ModelAudioHost {
  /** Whether audio of that response may still play. */
  acceptsAudio(responseId: string): boolean;
  formatOf(responseId: string): WireFormat;
  /** Before the first audio of an item. */
  onItem(place: AudioPlace): void;
  /** Audio was written to the playout. */
  onAudio(audio: TransportLayerAudio, lengthMs: number): void;
  /** Audio of a cancelled response came late; once an item. */
  onRefused(place: AudioPlace): void;
  /** The model has sent all audio of an item, and what was held of it is through. */
  onDone(place: AudioPlace): void;
  onError(error: unknown): void;
}

/** The audio of one transport. */
export class ModelAudio {
  readonly #host: ModelAudioHost;
  readonly #clock: Clock;
  readonly #hasOwnPlayout: boolean;
  #playout: SessionPlayout;
  #current: { readonly itemId: string; readonly contentIndex: number } | undefined;
  #refusedItem = '';
  /** The first byte of a sample that a delta has cut in two; the next one of its item begins with the other. */
  #cut: { readonly item: string; readonly byte: number } | null = null;
  #hold: AudioHold | null = null;

  constructor(host: ModelAudioHost, options: { readonly playout: SessionPlayout | undefined; readonly clock: Clock }) {
    this.#host = host;
    this.#clock = options.clock;
    this.#hasOwnPlayout = options.playout === undefined;
    this.#playout = options.playout ?? this.#virtualPlayout(PCM_24_KHZ.sampleRate);
  }

  get playout(): SessionPlayout {
    return this.#playout;
  }

  /** The item whose audio came last. */
  get currentItemId(): string | undefined {
    return this.#current?.itemId;
  }

  /** Milliseconds of the current item that were rendered. */
  get playedMs(): number {
    const position = this.#playout.positions().find((item) => item.itemId === this.currentItemId);
    return position === undefined ? 0 : (position.renderedFrames * 1000) / this.#playout.sampleRate;
  }

  /** Whoever holds audio back decides when it goes on. */
  holdBack(hold: AudioHold): void {
    this.#hold = hold;
  }

  /** The connection is gone. */
  reset(): void {
    this.#current = undefined;
    this.#cut = null;
  }

  /** Makes the playout's rate that of the format; a playout that the app gave can't be changed: `ERR_PLAYOUT_RATE`. */
  fit(format: WireFormat): void {
    if (format.sampleRate === this.#playout.sampleRate) return;
    if (!this.#hasOwnPlayout) throw rateMismatch(this.#playout, format);
    const { listener } = this.#playout;
    this.#playout.listener = null;
    this.#playout = this.#virtualPlayout(format.sampleRate);
    this.#playout.listener = listener;
  }

  received(event: OutputAudioDeltaEvent): void {
    const format = this.#host.formatOf(event.response_id);
    if (this.#hold === null) return this.#write(event, format);
    // The format may be the response's own, which is forgotten with it.
    this.#hold({ ...placeOf(event), frames: framesOf(event.delta, format) }, () => this.#write(event, format));
  }

  ended(event: OutputAudioDoneEvent): void {
    if (this.#hold === null) return this.#end(event);
    this.#hold({ ...placeOf(event), frames: 0 }, () => this.#end(event));
  }

  #end(event: OutputAudioDoneEvent): void {
    const place = placeOf(event);
    if (this.#cut?.item === keyOf(place)) {
      this.#cut = null;
      this.#host.onError(cutInTheMiddle(1));
    }
    this.#playout.end(event.item_id, event.content_index);
    this.#host.onDone(place);
  }

  #write(event: OutputAudioDeltaEvent, format: WireFormat): void {
    const place = placeOf(event);
    if (!this.#host.acceptsAudio(place.responseId)) return this.#refuse(place);
    // A sink that passes G.711 on needs no samples: an octet is a frame.
    const isPassedOn = format.type !== 'audio/pcm' && this.#playout.writeEncoded !== undefined;
    let bytes: Uint8Array<ArrayBuffer>;
    let samples: Uint8Array | Int16Array;
    try {
      bytes = decodeBase64(event.delta);
      if (format.type === 'audio/pcm') bytes = this.#wholeSamples(bytes, place);
      samples = isPassedOn ? bytes : samplesOf(bytes, format);
    } catch (error) {
      return this.#host.onError(error);
    }
    // Named one by one: spreads of the place took 3 % of the time of a delta.
    const { responseId, itemId, contentIndex } = place;
    if (this.#current?.itemId !== itemId || this.#current.contentIndex !== contentIndex) {
      this.#current = place;
      this.#host.onItem(place);
    }
    if (format.sampleRate !== this.#playout.sampleRate) {
      this.#host.onError(rateMismatch(this.#playout, format));
    } else if (samples instanceof Int16Array) {
      this.#playout.write({ responseId, itemId, contentIndex, samples });
    } else {
      this.#playout.writeEncoded?.({ ...place, octets: samples, payload: event.delta });
    }
    const lengthMs = (samples.length * 1000) / format.sampleRate;
    this.#host.onAudio({ type: 'audio', data: bytes.buffer, responseId, itemId, contentIndex }, lengthMs);
  }

  /** Whole samples of PCM16: with the byte that the delta before has left over, without the one that this one does. */
  #wholeSamples(bytes: Uint8Array<ArrayBuffer>, place: AudioPlace): Uint8Array<ArrayBuffer> {
    if (this.#cut === null && bytes.length % 2 === 0) return bytes;
    const item = keyOf(place);
    const cut = this.#cut?.item === item ? this.#cut : null;
    if (cut === null && bytes.length % 2 === 0) return bytes;
    const before = cut === null ? 0 : 1;
    const joined = new Uint8Array(before + bytes.length);
    if (cut !== null) joined[0] = cut.byte;
    joined.set(bytes, before);
    const byte = joined.at(-1) ?? 0;
    this.#cut = joined.length % 2 === 0 ? null : { item, byte };
    return joined.slice(0, joined.length - (joined.length % 2));
  }

  /** The server must learn that the item was not heard, so it is told of once. */
  #refuse(place: AudioPlace): void {
    const item = keyOf(place);
    if (this.#refusedItem === item) return;
    this.#refusedItem = item;
    this.#host.onRefused(place);
  }

  #virtualPlayout(sampleRate: number): SessionPlayout {
    return new VirtualPlayout({ sampleRate, clock: this.#clock });
  }
}

function placeOf(event: OutputAudioDeltaEvent | OutputAudioDoneEvent): AudioPlace {
  return { responseId: event.response_id, itemId: event.item_id, contentIndex: event.content_index };
}

function keyOf({ itemId, contentIndex }: Pick<AudioPlace, 'itemId' | 'contentIndex'>): string {
  return `${itemId}:${contentIndex}`;
}

function rateMismatch(playout: SessionPlayout, format: WireFormat): UserError {
  return new UserError(
    `the model's audio is ${format.type} at ${format.sampleRate} Hz and the playout takes ${playout.sampleRate} Hz: ` +
      `give the transport a playout of that rate or change audio.output.format`,
    { code: 'ERR_PLAYOUT_RATE' },
  );
}
