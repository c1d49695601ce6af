import { CALL_CODECS, type CallCodecName } from '../call-codec.ts';
import { HttpRefusal } from '../http-refusal.ts';

/** What the server needs to know of an SDP offer. */
export interface Offer {
  readonly sdp: string;
  /** `a=mid` of the audio section. */
  readonly audioMid: string;
  readonly codec: CallCodecName;
  readonly payloadType: number;
}

/** Static payload type of µ-law (RFC 3551, table 4), which an offer need not map. */
const PCMU_PAYLOAD_TYPE = 0;

/** Reads an offer; throws `HttpRefusal` when a call can't be made of it. */
export function parseOffer(sdp: string): Offer {
  if (!sdp.startsWith('v=0')) throw refusal('the body is no SDP offer');
  const sections = sdp.split(/\r?\n(?=m=)/);
  const audio = sections.find((section) => section.startsWith('m=audio '));
  if (audio === undefined) throw refusal('the offer has no audio section');
  if (!sections.some((section) => section.startsWith('m=application '))) {
    throw refusal("the offer has no data channel: create 'oai-events' before the offer");
  }
  const audioMid = /^a=mid:(\S+)/m.exec(audio)?.[1];
  if (audioMid === undefined) throw refusal('the audio section of the offer has no a=mid');
  for (const codec of CALL_CODECS) {
    const payloadType = payloadTypeOf(audio, codec);
    if (payloadType !== undefined) return { sdp, audioMid, codec, payloadType };
  }
  throw refusal(`the offer has none of the codecs ${CALL_CODECS.join(', ')}`);
}

function payloadTypeOf(audio: string, codec: CallCodecName): number | undefined {
  const pattern = codec === 'opus' ? /^a=rtpmap:(\d+) opus\/48000/im : /^a=rtpmap:(\d+) PCMU\/8000/im;
  const mapped = pattern.exec(audio)?.[1];
  if (mapped !== undefined) return Number(mapped);
  const offered = audio.split(/\r?\n/, 1)[0]?.split(' ').slice(3) ?? [];
  return codec === 'PCMU' && offered.includes(String(PCMU_PAYLOAD_TYPE)) ? PCMU_PAYLOAD_TYPE : undefined;
}

function refusal(message: string): HttpRefusal {
  return new HttpRefusal(400, `Invalid SDP offer: ${message}.`, { code: 'invalid_offer' });
}
