import type { Clock, Timer } from '../../clock.ts';
import type { Call } from '../call.ts';
import type { ServerConnection } from '../connection.ts';
import type { NumberedEvent } from '../sent-event.ts';
import type { Session } from '../session.ts';
import { AudioReceiver } from './audio-receiver.ts';
import { AudioSender } from './audio-sender.ts';
import { CallCodec } from '../call-codec.ts';
import { answerOffer, type WebRtcLibrary } from './answer-offer.ts';
import { MAX_MESSAGE_BYTES, type MediaPeer } from './media-peer.ts';
import { type Offer, parseOffer } from './offer.ts';

/** How long a browser may take from the answer to an open data channel. */
const CONNECT_TIMEOUT_MS = 30_000;

/** What a WebRTC call works with. */
export interface WebRtcCallParts {
  readonly id: string;
  readonly clock: Clock;
  /** The address that the call is reachable at. */
  readonly host: string;
  readonly library: WebRtcLibrary | undefined;
  readonly session: Session;
  /** Called once, when the call has ended. */
  readonly onEnd: () => void;
}

/** A call over WebRTC: events on the data channel, RTP both ways, one session. */
export class WebRtcCall implements Call {
  readonly id: string;
  readonly isAnswered: boolean = true;
  readonly #parts: WebRtcCallParts;
  readonly #codec: CallCodec;
  readonly #receiver: AudioReceiver;
  #peer: MediaPeer | null = null;
  #sender: AudioSender | null = null;
  #connectTimer: Timer | null = null;
  #onText: (text: string) => void = () => {};
  #onClose: () => void = () => {};
  #hasEnded = false;

  /** Answers an offer. Throws `HttpRefusal` for one that no call can be made of, `ServerError` for a missing package. */
  static async answer(sdp: string, parts: WebRtcCallParts): Promise<{ call: WebRtcCall; answerSdp: string }> {
    try {
      const offer = parseOffer(sdp);
      const call = new WebRtcCall(offer, await CallCodec.load(offer.codec), parts);
      return { call, answerSdp: await call.#answer(offer) };
    } catch (error) {
      parts.session.end();
      throw error;
    }
  }

  private constructor(offer: Offer, codec: CallCodec, parts: WebRtcCallParts) {
    this.id = parts.id;
    this.#parts = parts;
    this.#codec = codec;
    const { payloadType } = offer;
    this.#receiver = new AudioReceiver({ codec, payloadType, hear: (samples) => parts.session.hear(samples) });
  }

  attach(connection: ServerConnection): void {
    this.#parts.session.attach(connection);
  }

  hangUp(): void {
    if (this.#peer === null) this.#end();
    else this.#peer.close();
  }

  async #answer(offer: Offer): Promise<string> {
    const { clock, host, library } = this.#parts;
    try {
      const peer = await answerOffer(
        offer,
        { host, library },
        {
          onChannelOpen: () => this.#opened(),
          onMediaOpen: () => this.#sender?.start(),
          onText: (text) => this.#onText(text),
          onPacket: (bytes) => this.#hear(bytes),
          onClosed: () => this.#end(),
        },
      );
      this.#peer = peer;
      this.#sender = new AudioSender({
        clock,
        codec: this.#codec,
        payloadType: offer.payloadType,
        ssrc: peer.ssrc,
        pull: (packet) => this.#parts.session.speak(packet),
        send: (packet) => peer.sendPacket(packet),
      });
      this.#connectTimer = clock.schedule(CONNECT_TIMEOUT_MS, () => this.hangUp());
      return peer.answerSdp;
    } catch (error) {
      this.#end();
      throw error;
    }
  }

  #opened(): void {
    this.#connectTimer?.cancel();
    this.#parts.session.attach({
      send: (text) => this.#send(text),
      close: () => this.hangUp(),
      onText: (listener) => {
        this.#onText = listener;
      },
      onClose: (listener) => {
        this.#onClose = listener;
      },
    });
  }

  #send(text: string): void {
    if (this.#peer?.sendText(text) !== false) return;
    const event = JSON.parse(text) as NumberedEvent;
    // An item of some five seconds fills a message: it goes without its audio rather than not at all.
    if (event.type === 'conversation.item.retrieved' && this.#peer.sendText(JSON.stringify(event, withoutAudio)))
      return;
    const { type, event_id } = event;
    const message = `A ${type} of ${text.length} bytes is too large for the data channel (${MAX_MESSAGE_BYTES}).`;
    const error = { type: 'server_error', code: 'event_too_large', message, param: null, event_id: null };
    this.#peer.sendText(JSON.stringify({ type: 'error', event_id, error }));
  }

  #hear(bytes: Uint8Array<ArrayBuffer>): void {
    if (!this.#hasEnded) this.#receiver.receive(bytes);
  }

  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#connectTimer?.cancel();
    this.#sender?.stop();
    this.#codec.free();
    this.#onClose();
    this.#parts.session.end();
    this.#parts.onEnd();
  }
}

function withoutAudio(key: string, value: unknown): unknown {
  return key === 'audio' ? undefined : value;
}
