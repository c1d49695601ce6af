import { ServerError } from '../server-error.ts';
import { DataChannelPeer } from './data-channel-peer.ts';
import { type AnswerOffer, LibraryMissing, type MediaPeer, type PeerListener } from './media-peer.ts';
import type { Offer } from './offer.ts';
import { WeriftPeer } from './werift-peer.ts';

/** What carries calls: `node-datachannel` is native, `werift` is TypeScript all the way down. */
export const WEBRTC_LIBRARIES = ['node-datachannel', 'werift'] as const;
/** A library that carries WebRTC calls, by the name of its package. */
export type WebRtcLibrary = (typeof WEBRTC_LIBRARIES)[number];

const ANSWERERS: Readonly<Record<WebRtcLibrary, AnswerOffer>> = {
  'node-datachannel': DataChannelPeer.answer,
  werift: WeriftPeer.answer,
};
const PACKAGES: Readonly<Record<WebRtcLibrary, string>> = {
  'node-datachannel': 'node-datachannel@0.33.4',
  werift: 'werift@0.25.2',
};

/** How an offer is answered. */
export interface AnswerOptions {
  /** The peer is reachable at this address only. */
  readonly host: string;
  /** Default: `node-datachannel` where it is installed, else `werift`. */
  readonly library: WebRtcLibrary | undefined;
}

/** Answers an offer. Throws `ERR_WEBRTC_MISSING` without a library, and `HttpRefusal` when it can't be answered. */
export async function answerOffer(
  offer: Offer,
  { host, library }: AnswerOptions,
  listener: PeerListener,
): Promise<MediaPeer> {
  const names = library === undefined ? WEBRTC_LIBRARIES : [library];
  let missing: unknown;
  for (const name of names) {
    try {
      return await ANSWERERS[name](offer, host, listener);
    } catch (error) {
      if (!(error instanceof LibraryMissing)) throw error;
      missing ??= error.cause;
    }
  }
  throw new ServerError(
    `WebRTC calls need a package: npm install ${names.map((name) => PACKAGES[name]).join(', or npm install ')}`,
    { code: 'ERR_WEBRTC_MISSING', cause: missing },
  );
}
