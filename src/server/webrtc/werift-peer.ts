import type { MediaStreamTrack, RTCDataChannel, RTCPeerConnection } from 'werift';
import { HttpRefusal } from '../http-refusal.ts';
import {
  CHANNEL_LABEL,
  guarded,
  isEveryAddress,
  LibraryMissing,
  MAX_MESSAGE_BYTES,
  type MediaPeer,
  type PeerListener,
  STREAM_NAME,
  withoutCandidates,
} from './media-peer.ts';
import type { Offer } from './offer.ts';

/** A peer without native parts: WebRTC in TypeScript, on this thread. */
export class WeriftPeer implements MediaPeer {
  readonly answerSdp: string;
  readonly ssrc: number;
  readonly #connection: RTCPeerConnection;
  readonly #track: MediaStreamTrack;
  readonly #listener: PeerListener;
  #channel: RTCDataChannel | null = null;
  #isClosed = false;

  /** As `AnswerOffer` says, with the optional package `werift`. */
  static async answer(this: void, offer: Offer, host: string, listener: PeerListener): Promise<WeriftPeer> {
    const { MediaStreamTrack, RTCPeerConnection, RTCRtpCodecParameters } = await loadWerift();
    const codec =
      offer.codec === 'opus'
        ? { mimeType: 'audio/opus', clockRate: 48_000, channels: 2 }
        : { mimeType: 'audio/PCMU', clockRate: 8000, channels: 1 };
    const connection = new RTCPeerConnection({
      iceServers: [],
      codecs: { audio: [new RTCRtpCodecParameters({ ...codec, payloadType: offer.payloadType })], video: [] },
      // Left to itself the library gathers every interface but the loopback one.
      ...(!isEveryAddress(host) && {
        iceUseIpv4: false,
        iceUseIpv6: false,
        iceAdditionalHostAddresses: [host === 'localhost' ? '127.0.0.1' : host],
      }),
    });
    try {
      const track = new MediaStreamTrack({ kind: 'audio', id: `${STREAM_NAME}-audio`, streamId: STREAM_NAME });
      await connection.setRemoteDescription({ type: 'offer', sdp: withoutCandidates(offer.sdp) });
      const [transceiver] = connection.getTransceivers();
      if (transceiver === undefined) throw new Error('the offer has no audio that can be answered');
      await transceiver.sender.replaceTrack(track);
      transceiver.setDirection('sendrecv');
      await connection.setLocalDescription(await connection.createAnswer());
      const answerSdp = connection.localDescription?.sdp;
      if (answerSdp === undefined) throw new Error('the library made no answer');
      return new WeriftPeer({ connection, track, ssrc: transceiver.sender.ssrc, answerSdp }, listener);
    } catch (cause) {
      await connection.close();
      throw new HttpRefusal(400, `Invalid SDP offer: ${String(cause)}.`, { code: 'invalid_offer' });
    }
  }

  private constructor(made: MadePeer, listener: PeerListener) {
    this.answerSdp = made.answerSdp;
    this.ssrc = made.ssrc;
    this.#connection = made.connection;
    this.#track = made.track;
    this.#listener = listener;
    const incoming = made.connection.getReceivers()[0]?.track;
    incoming?.onReceiveRtp.subscribe(guarded(this, (packet) => listener.onPacket(new Uint8Array(packet.serialize()))));
    made.connection.onDataChannel.subscribe(guarded(this, (channel) => this.#opened(channel)));
    made.connection.connectionStateChange.subscribe(
      guarded(this, (state) => {
        if (state === 'connected') listener.onMediaOpen();
        else if (state === 'closed' || state === 'failed' || state === 'disconnected') this.close();
      }),
    );
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  sendText(text: string): boolean {
    if (Buffer.byteLength(text) > MAX_MESSAGE_BYTES) return false;
    if (!this.#isClosed && this.#channel?.readyState === 'open') this.#channel.send(text);
    return true;
  }

  sendPacket(packet: Uint8Array<ArrayBuffer>): void {
    if (!this.#isClosed) this.#track.writeRtp(Buffer.from(packet.buffer));
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#channel?.close();
    void this.#connection.close();
    this.#listener.onClosed();
  }

  #opened(channel: RTCDataChannel): void {
    if (channel.label !== CHANNEL_LABEL || this.#channel !== null) return channel.close();
    this.#channel = channel;
    channel.onMessage.subscribe(guarded(this, (message) => this.#listener.onText(message.toString())));
    channel.stateChanged.subscribe(
      guarded(this, (state) => {
        // Announced before it is open, unlike the other library's.
        if (state === 'open') this.#listener.onChannelOpen();
        else if (state === 'closed' || state === 'closing') this.close();
      }),
    );
  }
}

interface MadePeer {
  readonly connection: RTCPeerConnection;
  readonly track: MediaStreamTrack;
  readonly ssrc: number;
  readonly answerSdp: string;
}

async function loadWerift(): Promise<typeof import('werift')> {
  try {
    return await import('werift');
  } catch (cause) {
    throw new LibraryMissing('werift', { cause });
  }
}
