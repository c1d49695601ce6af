/** What this server reads of an RTP packet (RFC 3550, section 5.1). */
export interface RtpPacket {
  readonly payloadType: number;
  readonly sequenceNumber: number;
  readonly timestamp: number;
  readonly payload: Uint8Array<ArrayBuffer>;
}

/** What a sender says about a packet. */
export interface RtpFields {
  readonly payloadType: number;
  /** First packet of a talkspurt (RFC 3551, section 4.1). */
  readonly isMarked: boolean;
  readonly sequenceNumber: number;
  readonly timestamp: number;
  readonly ssrc: number;
}

const HEADER_BYTES = 12;
const VERSION = 2;

/** Parses a packet; null for RTCP, which shares the port (RFC 5761, section 4), and for anything malformed. */
export function parseRtp(bytes: Uint8Array<ArrayBuffer>): RtpPacket | null {
  const [first = 0, second = 0] = bytes;
  if (bytes.length < HEADER_BYTES || first >> 6 !== VERSION) return null;
  if (second >= 192 && second <= 223) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let start = HEADER_BYTES + 4 * (first & 0x0f);
  const hasExtension = (first & 0x10) !== 0;
  if (hasExtension) {
    if (start + 4 > bytes.length) return null;
    start += 4 + 4 * view.getUint16(start + 2);
  }
  const paddingBytes = (first & 0x20) === 0 ? 0 : (bytes.at(-1) ?? 0);
  if (start + paddingBytes > bytes.length) return null;
  return {
    payloadType: second & 0x7f,
    sequenceNumber: view.getUint16(2),
    timestamp: view.getUint32(4),
    payload: bytes.subarray(start, bytes.length - paddingBytes),
  };
}

/** Puts the fixed header before `payload`. */
export function buildRtp(fields: RtpFields, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const packet = new Uint8Array(HEADER_BYTES + payload.length);
  const view = new DataView(packet.buffer);
  packet[0] = VERSION << 6;
  packet[1] = (fields.isMarked ? 0x80 : 0) | fields.payloadType;
  view.setUint16(2, fields.sequenceNumber);
  view.setUint32(4, fields.timestamp);
  view.setUint32(8, fields.ssrc);
  packet.set(payload, HEADER_BYTES);
  return packet;
}
