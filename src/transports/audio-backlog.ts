import type { Clock, Timer } from '../clock.ts';

/** Audio that may lie in the socket. What goes there can't be taken back, and everything that is sent later is behind it. */
const IN_SOCKET_SECONDS = 1;

/** Audio that may wait here, its youngest part: older than that, nobody waits for an answer to it. */
const WAITING_SECONDS = 15;

/** A socket does not tell when it has room. */
const RETRY_MS = 50;

/** Where the audio goes. Methods, because a literal's getters give each call a shape of its own, and every read a search. */
export interface BacklogPort {
  /** Octets that wait in the socket. */
  bufferedBytes(): number;
  /** Octets that a second of the audio takes. */
  bytesPerSecond(): number;
  send(packet: string): void;
  /** Audio is dropped, for the first time since there was room. */
  onDropping(): void;
}

/** Audio of the user on its way to a network that may be slower than speech: the oldest gives way, in order and in time. */
export class AudioBacklog {
  readonly #port: BacklogPort;
  readonly #clock: Clock;
  #packets: string[] = [];
  #bytes = 0;
  #isDropping = false;
  #timer: Timer | null = null;

  constructor(port: BacklogPort, clock: Clock) {
    this.#port = port;
    this.#clock = clock;
  }

  add(packet: string): void {
    if (this.#packets.length === 0 && this.#hasRoom) return this.#port.send(packet);
    this.#packets.push(packet);
    this.#bytes += packet.length;
    let dropped = 0;
    while (this.#bytes > WAITING_SECONDS * this.#port.bytesPerSecond() && dropped < this.#packets.length) {
      this.#bytes -= this.#packets[dropped]?.length ?? 0;
      dropped += 1;
    }
    if (dropped > 0) this.#packets.splice(0, dropped);
    if (dropped > 0 && !this.#isDropping) {
      this.#isDropping = true;
      this.#port.onDropping();
    }
    this.#timer ??= this.#clock.schedule(RETRY_MS, () => this.#drain());
  }

  /** Sends all that waits, whether there is room or not: something follows that belongs behind it. */
  flush(): void {
    const packets = this.#packets;
    this.clear();
    for (const packet of packets) this.#port.send(packet);
  }

  /** Forgets what waits. */
  clear(): void {
    this.#packets = [];
    this.#bytes = 0;
    this.#isDropping = false;
    this.#timer?.cancel();
    this.#timer = null;
  }

  #drain(): void {
    this.#timer = null;
    let sent = 0;
    for (const packet of this.#packets) {
      if (!this.#hasRoom) break;
      this.#port.send(packet);
      this.#bytes -= packet.length;
      sent += 1;
    }
    this.#packets.splice(0, sent);
    if (this.#packets.length === 0) this.#isDropping = false;
    else this.#timer = this.#clock.schedule(RETRY_MS, () => this.#drain());
  }

  get #hasRoom(): boolean {
    const bufferedBytes = this.#port.bufferedBytes();
    return bufferedBytes === 0 || bufferedBytes <= IN_SOCKET_SECONDS * this.#port.bytesPerSecond();
  }
}
