import type { Offer } from './offer.ts';

/** Largest message of the data channel, as browsers announce it. */
export const MAX_MESSAGE_BYTES = 262_144;
/** Label of the data channel that carries events. */
export const CHANNEL_LABEL = 'oai-events';
/** What the browser names the server's stream and its track. */
export const STREAM_NAME = 'realtime';

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

/** The browser's end of a call: ICE, DTLS, SCTP and SRTP are a library's; codec and pacing are ours. */
export interface MediaPeer {
  readonly answerSdp: string;
  /** Source of the server's audio. */
  readonly ssrc: number;
  readonly isClosed: boolean;
  /** Sends one text message; false when it is too large for the channel. */
  sendText(text: string): boolean;
  sendPacket(packet: Uint8Array<ArrayBuffer>): void;
  close(): void;
}

/** Answers an offer, reachable at `host` only. Throws `LibraryMissing`, and `HttpRefusal` when it can't be answered. */
export type AnswerOffer = (offer: Offer, host: string, listener: PeerListener) => Promise<MediaPeer>;

/** The package that a peer is built on is not installed. */
export class LibraryMissing extends Error {}

/** The offer as a peer gets it: without the candidates of the browser, which finds the server, not the other way round. */
export function withoutCandidates(sdp: string): string {
  return sdp.replaceAll(/^a=(?:candidate:.*|end-of-candidates)\r?\n/gm, '');
}

/** Whether a host stands for every address of the machine. */
export function isEveryAddress(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

/**
 * A callback for the library of a peer, which is called back no more once it is closed. An error that leaves a callback ends
 * the process: it ends the call instead.
 */
export function guarded<T extends unknown[]>(
  peer: Pick<MediaPeer, 'isClosed' | 'close'>,
  callback: (...values: T) => void,
): (...values: T) => void {
  return (...values) => {
    if (peer.isClosed) return;
    try {
      callback(...values);
    } catch (error) {
      console.error('a call of the local Realtime server failed:', error);
      peer.close();
    }
  };
}
