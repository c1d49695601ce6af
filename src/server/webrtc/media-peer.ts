import { randomInt } from 'node:crypto';
import type { DataChannel, PeerConnection, Track } from 'node-datachannel';
import { HttpRefusal } from '../http-refusal.ts';
import { ServerError } from '../server-error.ts';
import type { Offer } from './offer.ts';

/** Largest message of the data channel, as browsers announce it. */
export const MAX_MESSAGE_BYTES = 262_144;
const CHANNEL_LABEL = 'oai-events';
/** What the browser names the server's stream and its track. */
const STREAM_NAME = 'realtime';

/** The library, once a call has loaded it, and the peers of this process that are open. */
let library: typeof import('node-datachannel') | null = null;
let openPeers = 0;

/**
 * Ends the library's threads, which would keep the process alive for ever once a call has been connected. Does nothing
 * while a call is open. It closes connections that the app itself has made with `node-datachannel`, too.
 */
export function releaseMediaPeers(): void {
  if (library === null || openPeers > 0) return;
  library.cleanup();
  library = null;
}

/** Who is told what a peer does. */
export interface PeerListener {
  /** The data channel is open: events can go both ways. */
  onChannelOpen(): void;
  /** Audio can be sent. */
  onMediaOpen(): void;
  onText(text: string): void;
  /** RTP, and RTCP beside it. */
  onPacket(bytes: Uint8Array<ArrayBuffer>): void;
  /** The connection has ended, from whichever side; called once. */
  onClosed(): void;
}

/** The browser's end of a call, by way of libdatachannel: ICE, DTLS, SCTP and SRTP are its; codec and pacing are ours. */
export class MediaPeer {
  readonly answerSdp: string;
  /** Source of the server's audio. */
  readonly ssrc: number;
  readonly #connection: PeerConnection;
  readonly #track: Track;
  readonly #listener: PeerListener;
  #channel: DataChannel | null = null;
  #isClosed = false;

  /**
   * Answers an offer, reachable at `host` only. Loads the optional package `node-datachannel`; throws
   * `ERR_WEBRTC_MISSING` without it and `HttpRefusal` when it can't answer.
   */
  static async answer(offer: Offer, host: string, listener: PeerListener): Promise<MediaPeer> {
    const rtc = await loadDataChannel();
    const connection = new rtc.PeerConnection('bargein', {
      iceServers: [],
      // Without a bind address the library gathers every interface.
      ...(host !== '0.0.0.0' && host !== '::' && { bindAddress: host === 'localhost' ? '127.0.0.1' : host }),
      maxMessageSize: MAX_MESSAGE_BYTES,
    });
    try {
      const audio = new rtc.Audio(offer.audioMid, 'SendRecv');
      if (offer.codec === 'opus') audio.addOpusCodec(offer.payloadType);
      else audio.addAudioCodec(offer.payloadType, 'PCMU');
      const ssrc = randomInt(1, 0x1_0000_0000);
      audio.addSSRC(ssrc, STREAM_NAME, STREAM_NAME, `${STREAM_NAME}-audio`);
      const track = connection.addTrack(audio);
      const gathered = new Promise<void>((resolve) => {
        connection.onGatheringStateChange((state) => {
          if (state === 'complete') resolve();
        });
      });
      // The client finds the server, not the other way round, and its address shows then. A server that knew the
      // address would knock before the client has the answer: one that is built on the same library then fails its
      // own connection in the middle of taking the answer ("a remote candidate without ICE transport", 2 % of calls
      // on a busy machine, none of 2800 since).
      const sdp = offer.sdp.replaceAll(/^a=(?:candidate:.*|end-of-candidates)\r?\n/gm, '');
      connection.setRemoteDescription(sdp, 'offer');
      await gathered;
      const answerSdp = connection.localDescription()?.sdp;
      if (answerSdp === undefined) throw new Error('the library made no answer');
      return new MediaPeer({ connection, track, ssrc, answerSdp }, listener);
    } catch (cause) {
      connection.close();
      throw new HttpRefusal(400, `Invalid SDP offer: ${String(cause)}.`, { code: 'invalid_offer' });
    }
  }

  private constructor(made: MadePeer, listener: PeerListener) {
    this.answerSdp = made.answerSdp;
    this.ssrc = made.ssrc;
    this.#connection = made.connection;
    this.#track = made.track;
    this.#listener = listener;
    openPeers += 1;
    this.#track.onOpen(this.#guarded(() => listener.onMediaOpen()));
    this.#track.onMessage(this.#guarded((packet: Buffer) => listener.onPacket(new Uint8Array(packet))));
    this.#connection.onDataChannel(this.#guarded((channel: DataChannel) => this.#opened(channel)));
    this.#connection.onStateChange((state) => {
      if (state === 'closed' || state === 'failed') this.close();
    });
  }

  /** Sends one text message; false when it is too large for the channel. */
  sendText(text: string): boolean {
    if (Buffer.byteLength(text) > MAX_MESSAGE_BYTES) return false;
    this.#send(() => this.#channel?.sendMessage(text));
    return true;
  }

  sendPacket(packet: Uint8Array<ArrayBuffer>): void {
    this.#send(() => this.#track.isOpen() && this.#track.sendMessageBinary(Buffer.from(packet.buffer)));
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    openPeers -= 1;
    this.#channel?.close();
    this.#connection.close();
    this.#listener.onClosed();
  }

  /** The other side may close at any time, on a thread of the library: what can't be sent any more is dropped. */
  #send(action: () => unknown): void {
    if (this.#isClosed) return;
    try {
      action();
    } catch {
      this.close();
    }
  }

  /** An error that leaves a callback ends the process (the library has nowhere to throw it): it ends the call instead. */
  #guarded<T extends unknown[]>(callback: (...values: T) => void): (...values: T) => void {
    return (...values) => {
      try {
        if (!this.#isClosed) callback(...values);
      } catch (error) {
        console.error('a call of the local Realtime server failed:', error);
        this.close();
      }
    };
  }

  #opened(channel: DataChannel): void {
    if (channel.getLabel() !== CHANNEL_LABEL || this.#channel !== null) return channel.close();
    this.#channel = channel;
    channel.onMessage(
      this.#guarded((message: string | Buffer | ArrayBuffer) =>
        this.#listener.onText(typeof message === 'string' ? message : textOf(message)),
      ),
    );
    channel.onClosed(() => this.close());
    // The channel of an answerer is open when it is announced.
    this.#listener.onChannelOpen();
  }
}

interface MadePeer {
  readonly connection: PeerConnection;
  readonly track: Track;
  readonly ssrc: number;
  readonly answerSdp: string;
}

async function loadDataChannel(): Promise<typeof import('node-datachannel')> {
  try {
    library ??= await import('node-datachannel');
    return library;
  } catch (cause) {
    throw new ServerError('WebRTC calls need a package: npm install node-datachannel@0.33.4', {
      code: 'ERR_WEBRTC_MISSING',
      cause,
    });
  }
}

function textOf(message: Buffer | ArrayBuffer): string {
  return Buffer.from(message as ArrayBuffer).toString();
}
