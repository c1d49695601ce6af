/** Ten seconds of PCM16 at 24 kHz, a minute of G.711. */
const MAX_HELD_BYTES = 480_000;

interface Packet {
  readonly audio: ArrayBuffer;
  readonly commit: boolean;
}

/** Audio of the user while there is no connection: the youngest stretch of it, in order; what is older gives way. */
export class HeldAudio {
  #packets: Packet[] = [];
  #bytes = 0;

  /** Keeps a copy, for the caller may use its buffer again. */
  add(audio: ArrayBuffer, { commit = false }: { commit?: boolean }): void {
    this.#packets.push({ audio: audio.slice(0), commit });
    this.#bytes += audio.byteLength;
    let dropped = 0;
    while (this.#bytes > MAX_HELD_BYTES) {
      this.#bytes -= this.#packets[dropped]?.audio.byteLength ?? 0;
      dropped += 1;
    }
    if (dropped > 0) this.#packets.splice(0, dropped);
  }

  /** Hands everything out, oldest first, and forgets it. */
  release(send: (audio: ArrayBuffer, options: { commit: boolean }) => void): void {
    const packets = this.#packets;
    this.clear();
    for (const { audio, commit } of packets) send(audio, { commit });
  }

  clear(): void {
    this.#packets = [];
    this.#bytes = 0;
  }
}
