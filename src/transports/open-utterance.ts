import type { WireFormat } from './output-audio.ts';
import { base64PerSecond } from './output-audio.ts';

/** What is kept while nobody speaks: a server's word of a speech comes late, and its audio begins before it. */
const LEAD_SECONDS = 0.8;

/** The longest utterance that is kept, its youngest part. */
const MAX_SECONDS = 30;

/**
 * Audio of the user that the server has not made an item of: base64, as it was sent. If the connection is lost in the middle
 * of a sentence, the next server hears the sentence from its beginning.
 */
export class OpenUtterance {
  #packets: string[] = [];
  /** Of `#packets`, those at its front that are forgotten: they are removed many at a time. */
  #forgotten = 0;
  #characters = 0;
  #isOpen = false;
  #isHeld = false;

  /** Whether audio waits for the next connection. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  add(packet: string, format: WireFormat): void {
    this.#packets.push(packet);
    this.#characters += packet.length;
    const seconds = this.#isOpen || this.#isHeld ? MAX_SECONDS : LEAD_SECONDS;
    const most = seconds * base64PerSecond(format);
    while (this.#characters > most) {
      this.#characters -= this.#packets[this.#forgotten]?.length ?? this.#characters;
      this.#packets[this.#forgotten] = '';
      this.#forgotten += 1;
    }
    if (this.#forgotten * 2 > this.#packets.length) {
      this.#packets.splice(0, this.#forgotten);
      this.#forgotten = 0;
    }
  }

  /** The server hears the user speak. */
  open(): void {
    this.#isOpen = true;
  }

  /** The server has made an item of the audio, or was told to forget it. */
  close(): void {
    this.#isOpen = false;
    this.#packets = [];
    this.#forgotten = 0;
    this.#characters = 0;
  }

  /** The connection is lost: from now on audio waits for the next one, behind an utterance that is open. */
  hold(): void {
    if (!this.#isOpen) this.close();
    this.#isHeld = true;
  }

  /**
   * Ends the wait; what waited is the caller's. An utterance that was open stays so: the next server may be lost as well
   * before it says that it hears it.
   */
  release(): readonly string[] {
    const waiting = this.#isHeld ? this.#packets.slice(this.#forgotten) : [];
    const isStillOpen = this.#isHeld && this.#isOpen;
    this.close();
    this.#isOpen = isStillOpen;
    this.#isHeld = false;
    return waiting;
  }
}
