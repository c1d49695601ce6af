/** Sample rate of the audio of a call inside the server, in Hz. */
export const CALL_SAMPLE_RATE = 24_000;

/** Speech of one item on its way to the caller. */
export interface QueuedSpeech {
  readonly responseId: string;
  readonly itemId: string;
  /** PCM16 at `CALL_SAMPLE_RATE`. */
  readonly samples: Int16Array;
}

/** Who is told what the caller hears. */
export interface OutputListener {
  onStarted(responseId: string): void;
  /** All of a response has been played. */
  onStopped(responseId: string): void;
}

/** What a clear has cut. */
export interface ClearedOutput {
  readonly responseId: string;
  /** Items that lost audio, in order, and how much of each was played. */
  readonly items: readonly { readonly itemId: string; readonly heardMs: number }[];
}

/**
 * The output audio buffer of a call: responses fill it faster than real time, the call empties it packet by packet. So
 * the server itself knows what was heard: the frames that were pulled, none of which can be recalled.
 */
export class OutputBuffer {
  readonly #listener: OutputListener;
  readonly #queue: QueuedSpeech[] = [];
  /** Frames already pulled from the first of the queue. */
  #offsetFrames = 0;
  /** Frames pulled so far from the item that is played now, the last one while the queue is empty. */
  #heardFrames = 0;
  #heardItemId: string | null = null;
  #soundingId: string | null = null;
  /** Responses that will bring no more speech. */
  readonly #ended = new Set<string>();

  constructor(listener: OutputListener) {
    this.#listener = listener;
  }

  write(speech: QueuedSpeech): void {
    if (speech.samples.length > 0) this.#queue.push(speech);
  }

  /** No more speech of this response will come. */
  end(responseId: string): void {
    const isPending = this.#soundingId === responseId || this.#queue.some((speech) => speech.responseId === responseId);
    if (!isPending) return;
    this.#ended.add(responseId);
    this.#stopWhenDrained();
  }

  /** Fills `packet` with what is due, and with silence behind it. */
  pull(packet: Int16Array): void {
    packet.fill(0);
    for (let at = 0; at < packet.length;) {
      const speech = this.#queue[0];
      if (speech === undefined) break;
      this.#begin(speech);
      const block = speech.samples.subarray(this.#offsetFrames, this.#offsetFrames + packet.length - at);
      packet.set(block, at);
      at += block.length;
      this.#offsetFrames += block.length;
      this.#heardFrames += block.length;
      if (this.#offsetFrames === speech.samples.length) this.#advance();
    }
    this.#stopWhenDrained();
  }

  /** Forgets what was not played yet; null when that is nothing. */
  clear(): ClearedOutput | null {
    const responseId = this.#soundingId ?? this.#queue[0]?.responseId;
    if (responseId === undefined) return null;
    const items = [...new Set(this.#queue.map(({ itemId }) => itemId))].map((itemId) => ({
      itemId,
      heardMs: itemId === this.#heardItemId ? Math.floor((this.#heardFrames * 1000) / CALL_SAMPLE_RATE) : 0,
    }));
    this.#queue.length = 0;
    this.#offsetFrames = 0;
    this.#soundingId = null;
    this.#ended.clear();
    return { responseId, items };
  }

  #begin(speech: QueuedSpeech): void {
    if (speech.itemId !== this.#heardItemId) {
      this.#heardItemId = speech.itemId;
      this.#heardFrames = 0;
    }
    if (speech.responseId === this.#soundingId) return;
    if (this.#soundingId !== null) this.#stop(this.#soundingId);
    this.#soundingId = speech.responseId;
    this.#listener.onStarted(speech.responseId);
  }

  #advance(): void {
    this.#queue.shift();
    this.#offsetFrames = 0;
  }

  #stopWhenDrained(): void {
    const id = this.#soundingId;
    if (id !== null && this.#ended.has(id) && this.#queue[0]?.responseId !== id) this.#stop(id);
  }

  #stop(responseId: string): void {
    this.#ended.delete(responseId);
    this.#soundingId = null;
    this.#listener.onStopped(responseId);
  }
}
