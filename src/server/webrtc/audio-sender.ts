import { randomInt } from 'node:crypto';
import type { Clock, Timer } from '../../clock.ts';
import { CALL_SAMPLE_RATE } from '../output-buffer.ts';
import { type CallCodec, PACKET_MS } from './call-codec.ts';
import { buildRtp } from './rtp.ts';

/** A sender that is later than this has been asleep: it leaves the gap instead of sending a burst. */
const MAX_LATE_MS = 200;

/** What the sender of a call works with. */
export interface SenderParts {
  readonly clock: Clock;
  readonly codec: CallCodec;
  readonly payloadType: number;
  readonly ssrc: number;
  /** Fills a packet of session audio with what is due. */
  readonly pull: (packet: Int16Array) => void;
  readonly send: (packet: Uint8Array<ArrayBuffer>) => void;
}

/** Sends one RTP packet every 20 ms, silence when there is nothing to say, so that the listener's clock never stops. */
export class AudioSender {
  readonly #parts: SenderParts;
  readonly #packet = new Int16Array((CALL_SAMPLE_RATE * PACKET_MS) / 1000);
  readonly #packetTicks: number;
  #sequenceNumber = randomInt(0x1_0000);
  #timestamp = randomInt(0x1_0000_0000);
  #isMarked = true;
  #dueMs = 0;
  #timer: Timer | null = null;

  constructor(parts: SenderParts) {
    this.#parts = parts;
    this.#packetTicks = (parts.codec.clockRate * PACKET_MS) / 1000;
  }

  start(): void {
    this.#dueMs = this.#parts.clock.nowMs();
    this.#tick();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #tick(): void {
    const { clock } = this.#parts;
    const nowMs = clock.nowMs();
    if (nowMs - this.#dueMs > MAX_LATE_MS) this.#skip(Math.floor((nowMs - this.#dueMs) / PACKET_MS));
    // Sending may end the call, so the timer is set first and `stop` finds it.
    const packets = Math.floor((nowMs - this.#dueMs) / PACKET_MS) + 1;
    this.#dueMs += packets * PACKET_MS;
    this.#timer = clock.schedule(this.#dueMs - nowMs, () => this.#tick());
    for (let i = 0; i < packets && this.#timer !== null; i++) this.#send();
  }

  #skip(packets: number): void {
    this.#dueMs += packets * PACKET_MS;
    this.#timestamp = (this.#timestamp + packets * this.#packetTicks) % 0x1_0000_0000;
    this.#isMarked = true;
  }

  #send(): void {
    const { pull, codec, payloadType, ssrc, send } = this.#parts;
    pull(this.#packet);
    const fields = {
      payloadType,
      ssrc,
      isMarked: this.#isMarked,
      sequenceNumber: this.#sequenceNumber,
      timestamp: this.#timestamp,
    };
    this.#isMarked = false;
    this.#sequenceNumber = (this.#sequenceNumber + 1) & 0xffff;
    this.#timestamp = (this.#timestamp + this.#packetTicks) % 0x1_0000_0000;
    send(buildRtp(fields, codec.encode(this.#packet)));
  }
}
