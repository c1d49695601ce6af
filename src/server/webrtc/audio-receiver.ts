import type { CallCodec, DecodedPayload } from '../call-codec.ts';
import { parseRtp } from './rtp.ts';

/** A longer gap is a sender that started anew, not loss. */
const MAX_GAP_MS = 1000;

/** What the receiver of a call works with. */
export interface ReceiverParts {
  readonly codec: CallCodec;
  readonly payloadType: number;
  /** Takes session audio, without gaps. */
  readonly hear: (samples: Int16Array<ArrayBuffer>) => void;
}

/**
 * Turns RTP packets into gapless session audio: what was lost, or not sent during silence, becomes silence by its
 * timestamp; a packet that comes too late for its place is dropped.
 */
export class AudioReceiver {
  readonly #parts: ReceiverParts;
  /** RTP timestamp behind the last sample; null before the first packet. */
  #endTimestamp: number | null = null;

  constructor(parts: ReceiverParts) {
    this.#parts = parts;
  }

  receive(bytes: Uint8Array<ArrayBuffer>): void {
    const packet = parseRtp(bytes);
    if (packet === null || packet.payload.length === 0 || packet.payloadType !== this.#parts.payloadType) return;
    const { codec, hear } = this.#parts;
    // Signed distance on a 32-bit circle.
    const gapTicks = this.#endTimestamp === null ? 0 : (packet.timestamp - this.#endTimestamp) | 0;
    const maxGapTicks = (codec.clockRate * MAX_GAP_MS) / 1000;
    if (gapTicks < 0 && gapTicks >= -maxGapTicks) return;
    if (gapTicks > 0 && gapTicks <= maxGapTicks) hear(codec.silence(gapTicks));
    const decoded = this.#decode(packet.payload);
    this.#endTimestamp = (packet.timestamp + (decoded?.ticks ?? 0)) >>> 0;
    if (decoded !== null) hear(decoded.samples);
  }

  /** Null for a payload that is not what its type says: as good as lost. */
  #decode(payload: Uint8Array<ArrayBuffer>): DecodedPayload | null {
    try {
      return this.#parts.codec.decode(payload);
    } catch {
      return null;
    }
  }
}
