import { randomInt } from 'node:crypto';
import type { DataChannel, PeerConnection, Track } from 'node-datachannel';
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

/** A peer by way of libdatachannel, which works on threads of its own. */
export class DataChannelPeer implements MediaPeer {
  readonly answerSdp: string;
  /** Source of the server's audio. */
  readonly ssrc: number;
  readonly #connection: PeerConnection;
  readonly #track: Track;
  readonly #listener: PeerListener;
  #channel: DataChannel | null = null;
  #isClosed = false;

  /** As `AnswerOffer` says, with the optional package `node-datachannel`. */
  static async answer(this: void, offer: Offer, host: string, listener: PeerListener): Promise<DataChannelPeer> {
    const rtc = await loadDataChannel();
    const connection = new rtc.PeerConnection('bargein', {
      iceServers: [],
      // Without a bind address the library gathers every interface.
      ...(!isEveryAddress(host) && { bindAddress: host === 'localhost' ? '127.0.0.1' : host }),
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
      // A server that knew the caller's address would knock before the caller has the answer: one that is built on the
      // same library then fails its own connection in the middle of taking the answer ("a remote candidate without
      // ICE transport", 2 % of calls on a busy machine, none of 2800 without candidates).
      connection.setRemoteDescription(withoutCandidates(offer.sdp), 'offer');
      await gathered;
      const answerSdp = connection.localDescription()?.sdp;
      if (answerSdp === undefined) throw new Error('the library made no answer');
      return new DataChannelPeer({ connection, track, ssrc, answerSdp }, listener);
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
    this.#track.onOpen(guarded(this, () => listener.onMediaOpen()));
    this.#track.onMessage(guarded(this, (packet: Buffer) => listener.onPacket(new Uint8Array(packet))));
    this.#connection.onDataChannel(guarded(this, (channel: DataChannel) => this.#opened(channel)));
    this.#connection.onStateChange(
      guarded(this, (state: string) => {
        if (state === 'closed' || state === 'failed') this.close();
      }),
    );
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

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

  #opened(channel: DataChannel): void {
    if (channel.getLabel() !== CHANNEL_LABEL || this.#channel !== null) return channel.close();
    this.#channel = channel;
    channel.onMessage(
      guarded(this, (message: string | Buffer | ArrayBuffer) =>
        this.#listener.onText(typeof message === 'string' ? message : textOf(message)),
      ),
    );
    channel.onClosed(guarded(this, () => this.close()));
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
    throw new LibraryMissing('node-datachannel', { cause });
  }
}

function textOf(message: Buffer | ArrayBuffer): string {
  return Buffer.from(message as ArrayBuffer).toString();
}
