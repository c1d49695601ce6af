import { randomInt } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { CALL_SAMPLE_RATE } from '../output-buffer.ts';
import { PACKET_MS, PacketTimer } from '../packet-timer.ts';
import type { CallCodec } from '../call-codec.ts';
import { buildRtp } from './rtp.ts';

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
  readonly #timer: PacketTimer;
  readonly #packet = new Int16Array((CALL_SAMPLE_RATE * PACKET_MS) / 1000);
  readonly #packetTicks: number;
  #sequenceNumber = randomInt(0x1_0000);
  #timestamp = randomInt(0x1_0000_0000);
  #isMarked = true;

  constructor(parts: SenderParts) {
    this.#parts = parts;
    this.#packetTicks = (parts.codec.clockRate * PACKET_MS) / 1000;
    this.#timer = new PacketTimer(parts.clock, {
      onPacket: () => this.#send(),
      onSkipped: (packets) => this.#skip(packets),
    });
  }

  start(): void {
    this.#timer.start();
  }

  stop(): void {
    this.#timer.stop();
  }

  #skip(packets: number): void {
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
