import type { Clock, Timer } from '../clock.ts';
import type { WebSocketLike } from './defaults.ts';
import type { WireFormat } from './output-audio.ts';
import { base64PerSecond } from './output-audio.ts';
import { PacketQueue } from './packet-queue.ts';

/** Audio that may lie in the socket. What goes there can't be taken back, and everything that is sent later is behind it. */
const IN_SOCKET_SECONDS = 1;

/** Audio that may wait here, its youngest part: older than that, nobody waits for an answer to it. */
const WAITING_SECONDS = 15;

/** A socket does not tell when it has room. */
const RETRY_MS = 50;

/** Audio of the user on its way to a network that may be slower than speech: the oldest gives way, in order and in time. */
export class AudioBacklog {
  readonly #socket: WebSocketLike;
  readonly #clock: Clock;
  readonly #onDropping: () => void;
  #packets: PacketQueue = new PacketQueue();
  /** Octets that a second of the audio takes. */
  #bytesPerSecond = 0;
  #isDropping = false;
  #timer: Timer | null = null;

  /** @param onDropping Audio is dropped, for the first time since there was room. */
  constructor(socket: WebSocketLike, clock: Clock, onDropping: () => void) {
    this.#socket = socket;
    this.#clock = clock;
    this.#onDropping = onDropping;
  }

  add(packet: string, format: WireFormat): void {
    this.#bytesPerSecond = base64PerSecond(format);
    if (this.#packets.isEmpty && this.#hasRoom) return this.#send(packet);
    this.#packets.push(packet);
    if (this.#packets.limit(WAITING_SECONDS * this.#bytesPerSecond) && !this.#isDropping) {
      this.#isDropping = true;
      this.#onDropping();
    }
    this.#timer ??= this.#clock.schedule(RETRY_MS, () => this.#drain());
  }

  /** Sends all that waits, whether there is room or not: something follows that belongs behind it. */
  flush(): void {
    this.#packets.drain((packet) => this.#send(packet));
    this.clear();
  }

  /** Forgets what waits. */
  clear(): void {
    this.#packets = new PacketQueue();
    this.#isDropping = false;
    this.#timer?.cancel();
    this.#timer = null;
  }

  #drain(): void {
    this.#timer = null;
    while (!this.#packets.isEmpty && this.#hasRoom) this.#send(this.#packets.shift());
    if (this.#packets.isEmpty) this.#isDropping = false;
    else this.#timer = this.#clock.schedule(RETRY_MS, () => this.#drain());
  }

  get #hasRoom(): boolean {
    return (this.#socket.bufferedAmount ?? 0) <= IN_SOCKET_SECONDS * this.#bytesPerSecond;
  }

  /** Base64 has nothing to escape, so its text needs no second pass. */
  #send(packet: string): void {
    this.#socket.send(`{"type":"input_audio_buffer.append","audio":"${packet}"}`);
  }
}
