// Records of bytes from one thread to another without a message.
// One thread pushes, another pulls, and the roles never swap. Each counter has one writer: WRITTEN, VOID_AT and VOIDS the
// pushing thread, READ the pulling one. A record is there once WRITTEN is behind it, and its room is free once READ is.

const WRITTEN = 0;
const READ = 1;
/** What was pushed up to here is void. */
const VOID_AT = 2;
/** How often that was said. */
const VOIDS = 3;
const HEADER_WORDS = 4;
const WORD_BYTES = 4;
const PAIR_BYTES = 2;

const NO_BYTES = new Uint8Array(0);
const NO_PAIRS = new Uint16Array(0);

/**
 * A queue of records between two threads, in shared memory of fixed size; nothing is allocated when it is used, as long as
 * the arrays that it copies from and to stay the same.
 */
export class SharedRing {
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #bytes: Uint8Array<SharedArrayBuffer>;
  readonly #pairs: Uint16Array<SharedArrayBuffer>;
  readonly #mask: number;
  /**
   * The caller's array, and the same in pairs of bytes: a record is copied by pairs where it can be. Whole words are no small
   * integers to V8, which allocates each of them until it has compiled the loop.
   */
  #array: Uint8Array = NO_BYTES;
  #arrayPairs: Uint16Array = NO_PAIRS;
  #voidsSeen = 0;
  /** READ when a record did not fit. */
  #readWhenFull = 0;

  /** @param memory From `memoryFor`; the other thread makes a ring of its own around the same. */
  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory);
    this.#bytes = new Uint8Array(memory, HEADER_WORDS * WORD_BYTES);
    this.#pairs = new Uint16Array(memory, HEADER_WORDS * WORD_BYTES);
    this.#mask = this.#bytes.length - 1;
  }

  /** Memory for at least so many bytes; each record takes 4 to 7 more than its own. */
  static memoryFor(bytes: number): SharedArrayBuffer {
    return new SharedArrayBuffer(HEADER_WORDS * WORD_BYTES + 2 ** Math.ceil(Math.log2(bytes)));
  }

  /** Appends the bytes `from`…`to` as one record; false, and nothing is appended, when there is no room. */
  push(source: Uint8Array, from: number = 0, to: number = source.length): boolean {
    const written = Atomics.load(this.#words, WRITTEN);
    const read = Atomics.load(this.#words, READ);
    const length = to - from;
    // Counters wrap around at 2³²; differences don't mind.
    if (((written - read) | 0) + recordBytes(length) > this.#bytes.length) {
      this.#readWhenFull = read;
      return false;
    }
    this.#words[HEADER_WORDS + ((written & this.#mask) >> 2)] = length;
    const at = written + WORD_BYTES;
    const pairs = this.#pairsOf(source);
    const pairCount = pairs === NO_PAIRS || from % PAIR_BYTES !== 0 ? 0 : length >> 1;
    for (let i = 0; i < pairCount; i++) {
      this.#pairs[((at + i * PAIR_BYTES) & this.#mask) >> 1] = pairs[(from >> 1) + i] ?? 0;
    }
    for (let i = pairCount * PAIR_BYTES; i < length; i++) this.#bytes[(at + i) & this.#mask] = source[from + i] ?? 0;
    Atomics.store(this.#words, WRITTEN, (written + recordBytes(length)) | 0);
    Atomics.notify(this.#words, WRITTEN);
    return true;
  }

  /** What was pushed up to now, for `pull`. */
  get mark(): number {
    return Atomics.load(this.#words, WRITTEN);
  }

  /** Pulling thread: length of the record that `pull` would give. */
  peek(mark: number = this.mark): number {
    const read = Atomics.load(this.#words, READ);
    return ((mark - read) | 0) <= 0 ? -1 : this.#lengthAt(read);
  }

  /**
   * Copies the oldest record to the beginning of `target`, which has room for any, and returns its length; −1 without one,
   * or when it was pushed after `mark`.
   */
  pull(target: Uint8Array, mark: number = this.mark): number {
    const read = Atomics.load(this.#words, READ);
    if (((mark - read) | 0) <= 0) return -1;
    const length = this.#lengthAt(read);
    const at = read + WORD_BYTES;
    const pairs = this.#pairsOf(target);
    const pairCount = Math.min(length >> 1, pairs.length);
    for (let i = 0; i < pairCount; i++) pairs[i] = this.#pairs[((at + i * PAIR_BYTES) & this.#mask) >> 1] ?? 0;
    for (let i = pairCount * PAIR_BYTES; i < length; i++) target[i] = this.#bytes[(at + i) & this.#mask] ?? 0;
    Atomics.store(this.#words, READ, (read + recordBytes(length)) | 0);
    Atomics.notify(this.#words, READ);
    return length;
  }

  /** Pushing thread: whether a record of so many bytes would fit. */
  hasRoomFor(bytes: number): boolean {
    const used = (Atomics.load(this.#words, WRITTEN) - Atomics.load(this.#words, READ)) | 0;
    return used + recordBytes(bytes) <= this.#bytes.length;
  }

  /** Pushing thread: what was pushed so far is to be dropped. */
  makeVoid(): void {
    Atomics.store(this.#words, VOID_AT, Atomics.load(this.#words, WRITTEN));
    Atomics.add(this.#words, VOIDS, 1);
  }

  /** Pulling thread: drops what is void, and tells whether anything was made so since the last call. */
  dropVoid(): boolean {
    const voids = Atomics.load(this.#words, VOIDS);
    if (voids === this.#voidsSeen) return false;
    this.#voidsSeen = voids;
    const voidAt = Atomics.load(this.#words, VOID_AT);
    // What was pulled already may have been behind it.
    if (((voidAt - Atomics.load(this.#words, READ)) | 0) > 0) {
      Atomics.store(this.#words, READ, voidAt);
      Atomics.notify(this.#words, READ);
    }
    return true;
  }

  /** Pulling thread: resolves when there is a record, or at `wake`. Not for threads that must not wait. */
  async pushed(): Promise<void> {
    await Atomics.waitAsync(this.#words, WRITTEN, Atomics.load(this.#words, READ)).value;
  }

  /** Pushing thread: resolves when there is more room than at the last `push` that found none, or at `wake`. */
  async pulled(): Promise<void> {
    await Atomics.waitAsync(this.#words, READ, this.#readWhenFull).value;
  }

  /** Lets `pushed` and `pulled` return. */
  wake(): void {
    Atomics.notify(this.#words, WRITTEN);
    Atomics.notify(this.#words, READ);
  }

  #lengthAt(read: number): number {
    return this.#words[HEADER_WORDS + ((read & this.#mask) >> 2)] ?? 0;
  }

  /** None for an array that does not begin at a pair. */
  #pairsOf(array: Uint8Array): Uint16Array {
    if (array !== this.#array) {
      this.#array = array;
      const { buffer, byteOffset, length } = array;
      this.#arrayPairs = byteOffset % PAIR_BYTES === 0 ? new Uint16Array(buffer, byteOffset, length >> 1) : NO_PAIRS;
    }
    return this.#arrayPairs;
  }
}

/** With the length before it, in whole words. */
function recordBytes(length: number): number {
  return (WORD_BYTES + length + WORD_BYTES - 1) & -WORD_BYTES;
}
