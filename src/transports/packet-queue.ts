/** A buffer is larger by this than what it holds, so that it is not moved to the front for every packet. */
const SPARE = 1.25;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** One packet on its way into a queue. Those of a call are as long as each other, so a view on the queue need not be made. */
let scratch = new Uint8Array(0);

/**
 * Packets of base64 in their order.
 *
 * They are copied into one buffer: those of a second, kept as texts, outlive every young generation, and collecting what 150
 * calls had kept stopped all of them for 20 ms each second.
 */
export class PacketQueue {
  /** The packets are from `#start` to `#end`, one behind the other. */
  #text = new Uint8Array(0);
  #start = 0;
  #end = 0;
  #lengths: number[] = [];

  get isEmpty(): boolean {
    return this.#lengths.length === 0;
  }

  push(packet: string): void {
    if (this.#end + packet.length > this.#text.length) {
      // All goes to the front, of a larger buffer if in this one it would have to be moved too often.
      const kept = this.#text.subarray(this.#start, this.#end);
      this.#start = 0;
      this.#end = kept.length;
      const needed = this.#end + packet.length;
      if (needed * SPARE > this.#text.length) this.#text = new Uint8Array(needed * 2);
      this.#text.set(kept);
    }
    if (scratch.length !== packet.length) scratch = new Uint8Array(packet.length);
    encoder.encodeInto(packet, scratch);
    this.#text.set(scratch, this.#end);
    this.#lengths.push(packet.length);
    this.#end += packet.length;
  }

  /** Drops the oldest until at most so many characters are left; says whether it had to. */
  limit(characters: number): boolean {
    const before = this.#start;
    while (this.#end - this.#start > characters) this.#start += this.#lengths.shift() ?? 0;
    return this.#start > before;
  }

  /** Takes out the oldest, which there must be. */
  shift(): string {
    const from = this.#start;
    this.#start += this.#lengths.shift() ?? 0;
    return decoder.decode(this.#text.subarray(from, this.#start));
  }

  /** Takes out all, oldest first. */
  drain(take: (packet: string) => void): void {
    while (!this.isEmpty) take(this.shift());
  }
}
