import type { WireFormat } from './output-audio.ts';
import { base64PerSecond } from './output-audio.ts';
import { PacketQueue } from './packet-queue.ts';

/** What is kept while nobody speaks: a server's word of a speech comes late, and its audio begins before it. */
const LEAD_SECONDS = 0.8;

/** The longest utterance that is kept, its youngest part. */
const MAX_SECONDS = 30;

/**
 * Audio of the user that the server has not made an item of: base64, as it was sent. If the connection is lost in the middle
 * of a sentence, the next server hears the sentence from its beginning.
 */
export class OpenUtterance {
  /** Made with the first audio. */
  #packets: PacketQueue | null = null;
  #isOpen = false;
  #isHeld = false;

  /** Whether audio waits for the next connection. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  add(packet: string, format: WireFormat): void {
    const packets = (this.#packets ??= new PacketQueue());
    packets.push(packet);
    const seconds = this.#isOpen || this.#isHeld ? MAX_SECONDS : LEAD_SECONDS;
    packets.limit(seconds * base64PerSecond(format));
  }

  /** The server hears the user speak. */
  open(): void {
    this.#isOpen = true;
  }

  /** The server has made an item of the audio, or was told to forget it. */
  close(): void {
    this.#isOpen = false;
    this.#packets = null;
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
  release(): PacketQueue | null {
    const waiting = this.#isHeld ? this.#packets : null;
    this.#packets = null;
    this.#isOpen &&= this.#isHeld;
    this.#isHeld = false;
    return waiting;
  }
}
