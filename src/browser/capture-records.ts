// What goes through the ring of the capture worklet: a number that tells the kind, eight bytes, and what there is to tell.

/** Bytes of the ring: 43 s of packets. A page that takes none for longer loses the newest. */
export const CAPTURE_BYTES: number = 1 << 21;

/** Kinds of records. A PACKET has its samples, a LEVEL two numbers. */
export const PACKET = 1;
export const LEVEL = 2;

const NUMBER_BYTES = Float64Array.BYTES_PER_ELEMENT;
const LEVEL_NUMBERS = 3;
/** Length of a LEVEL. */
export const LEVEL_BYTES: number = LEVEL_NUMBERS * NUMBER_BYTES;

/** One record, which is filled again and again. */
export class CaptureRecord {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly numbers: Float64Array<ArrayBuffer>;
  readonly samples: Int16Array<ArrayBuffer>;

  /** @param packetFrames Frames of a packet. */
  constructor(packetFrames: number) {
    const audioBytes = packetFrames * Int16Array.BYTES_PER_ELEMENT;
    const buffer = new ArrayBuffer(NUMBER_BYTES * Math.max(LEVEL_NUMBERS, 1 + Math.ceil(audioBytes / NUMBER_BYTES)));
    this.bytes = new Uint8Array(buffer);
    this.numbers = new Float64Array(buffer);
    this.samples = new Int16Array(buffer, NUMBER_BYTES, packetFrames);
  }

  /** Length of a PACKET. */
  get packetBytes(): number {
    return NUMBER_BYTES + this.samples.byteLength;
  }
}
