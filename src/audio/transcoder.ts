import { AudioError } from '../errors.ts';
import { alignVector, type Kernel } from '../wasm/kernel.ts';
import { encodeBase64 } from './base64-kernel.ts';
import { malformedBase64 } from './base64.ts';
import { checkSampleRate, PACKET_MS } from './format.ts';
import { Allocation, kernelFor } from './kernels.ts';
import { Level } from './level.ts';
import { gradeOf, type ResamplerQuality } from './resampler.ts';
import { TextMemory } from './text-memory.ts';

/** How frames are stored. */
export type SampleFormat = 'float' | 'pcm16' | 'mulaw' | 'alaw';

/** Numbers of `assembly/transcoder.ts`, bytes of a frame, and the byte that silence consists of. */
const FORMATS: Record<SampleFormat, { readonly number: number; readonly bytes: number; readonly silence: number }> = {
  float: { number: 0, bytes: 4, silence: 0 },
  pcm16: { number: 1, bytes: 2, silence: 0 },
  mulaw: { number: 2, bytes: 1, silence: 0xff },
  alaw: { number: 3, bytes: 1, silence: 0xd5 },
};
/** What the core returns for text that ends inside a sample. */
const HALF_SAMPLE = -(2 ** 31);
/** Sixteen characters are twelve bytes: whole frames of every format. */
const GROUP_CHARACTERS = 16;
const GROUP_BYTES = 12;
const MAX_PACKET_MS = 10_000;

/** One end of a path. */
export interface PathEnd {
  /** Hz, 8000…192000. */
  readonly rate: number;
  readonly format: SampleFormat;
  /** Whether the frames are base64 text. */
  readonly isText: boolean;
}

/** What a path is made of. */
export interface TranscoderOptions {
  /** What an error message calls it, with its article. */
  readonly owner: string;
  readonly input: PathEnd;
  readonly output: PathEnd;
  readonly quality: ResamplerQuality;
  /** Longest packet that is converted in one piece, from 20 to 10000. */
  readonly maxPacketMs: number;
}

/** One direction of a voice path: input, the way through the core and output in one allocation, one crossing a packet. */
export class Transcoder {
  readonly kernel: Kernel;
  /** Level of the PCM16 on the way, nearest to the input. */
  readonly level: Level;
  /** Frames that the input has room for, or characters if it is text. */
  readonly inputCapacity: number;
  /** Input frames that bring out the last frame of a stream. */
  readonly delayInputFrames: number;
  /** Delay of the resampler. */
  readonly delayMs: number;
  readonly #memory: Allocation;
  readonly #input: { readonly number: number; readonly bytes: number; readonly silence: number };
  readonly #output: { readonly number: number; readonly bytes: number };
  readonly #blockFrames: number;
  readonly #scratchFrames: number;
  readonly #offsets: { scratch: number; meter: number; input: number; output: number };
  readonly #inputText: TextMemory;
  readonly #outputText: TextMemory;
  // The last two views of the output: packets of one length come out in at most two.
  #floats: Float32Array<ArrayBuffer>;
  #floatsBefore: Float32Array<ArrayBuffer>;

  constructor({ owner, input, output, quality, maxPacketMs }: TranscoderOptions) {
    if (!(maxPacketMs >= PACKET_MS && maxPacketMs <= MAX_PACKET_MS)) {
      throw new AudioError(`maxPacketMs must be ${PACKET_MS} to ${MAX_PACKET_MS}, got ${maxPacketMs}`, {
        code: 'ERR_BLOCK_SIZE',
      });
    }
    const ratio = checkSampleRate(output.rate) / checkSampleRate(input.rate);
    this.#input = FORMATS[input.format];
    this.#output = FORMATS[output.format];
    this.#blockFrames = Math.ceil((input.rate * PACKET_MS) / 1000);
    this.#scratchFrames = Math.max(this.#blockFrames, Math.ceil(this.#blockFrames * ratio) + 1);
    // Whole groups of text: whatever fits the input is so many frames at most.
    const groups = Math.ceil((((input.rate * maxPacketMs) / 1000) * this.#input.bytes) / GROUP_BYTES);
    const inputFrames = (groups * GROUP_BYTES) / this.#input.bytes;
    const inputBytes = groups * (input.isText ? GROUP_CHARACTERS : GROUP_BYTES);
    const outputBytes = (Math.ceil(inputFrames * ratio) + 1) * this.#output.bytes;
    const textBytes = output.isText ? Math.ceil(outputBytes / 3) * 4 : 0;
    this.inputCapacity = input.isText ? inputBytes : inputFrames;

    const { exports } = kernelFor(0);
    const grade = [input.rate, output.rate, this.#blockFrames, gradeOf(quality)] as const;
    const scratch = alignVector(exports.resamplerBytes(...grade));
    const meter = scratch + alignVector(2 * this.#scratchFrames * FORMATS.float.bytes);
    const inputAt = meter + alignVector(exports.meterBytes());
    const outputAt = inputAt + alignVector(inputBytes);
    const textAt = outputAt + alignVector(outputBytes);
    this.#offsets = { scratch, meter, input: inputAt, output: outputAt };
    const memory = new Allocation(owner, textAt + textBytes);
    const { kernel, address } = memory;
    this.#memory = memory;
    this.kernel = kernel;
    this.level = new Level({
      kernel,
      get meterAt() {
        return memory.address + meter;
      },
    });
    this.#inputText = new TextMemory(kernel, address + inputAt, inputBytes);
    this.#outputText = new TextMemory(kernel, address + textAt, textBytes);
    this.#floats = kernel.f32.subarray(0, 0);
    this.#floatsBefore = this.#floats;
    kernel.exports.resamplerInit(address, ...grade);
    this.delayInputFrames = kernel.exports.resamplerDelayInputFrames(address);
    this.delayMs = (kernel.exports.resamplerDelayFrames(address) * 1000) / output.rate;
  }

  /** Where input frames go. Throws `ERR_AUDIO_MEMORY` once this is freed. */
  get inputAt(): number {
    return this.#memory.address + this.#offsets.input;
  }

  /** Base64 text of what `frames` frames at `inputAt` make. */
  textFromFrames(frames: number): string {
    return this.#outputText.read(this.#transcode(frames, false, this.#outputText.address));
  }

  /** Floats of what `frames` frames at `inputAt` make, valid until the next call. */
  floatsFromFrames(frames: number): Float32Array<ArrayBuffer> {
    return this.#view(this.#transcode(frames, false, 0));
  }

  /** Base64 text of what base64 text makes. */
  textFromText(text: string): string {
    if (text.length > this.inputCapacity) return encodeBase64(this.#inPieces(text));
    return this.#outputText.read(this.#convert(text, this.#outputText.address));
  }

  /** Floats of what base64 text makes, valid until the next call. */
  floatsFromText(text: string): Float32Array<ArrayBuffer> {
    if (text.length <= this.inputCapacity) return this.#view(this.#convert(text, 0));
    return new Float32Array(this.#inPieces(text).buffer);
  }

  /** Puts so much silence at `inputAt` that it brings out the last frame, and returns how many frames that is. */
  writeSilence(): number {
    const at = this.inputAt;
    this.kernel.u8.fill(this.#input.silence, at, at + this.delayInputFrames * this.#input.bytes);
    return this.delayInputFrames;
  }

  /** Begins a new stream; the level goes on. */
  reset(): void {
    this.kernel.exports.resamplerReset(this.#memory.address);
  }

  /** Gives the memory back. */
  free(): void {
    this.#memory.free();
  }

  #convert(text: string, textAt: number): number {
    // Before anything is written: throws once the memory is another's.
    void this.#memory.address;
    this.#inputText.write(text);
    const made = this.#transcode(text.length, true, textAt);
    if (made >= 0) return made;
    if (made !== HALF_SAMPLE) throw malformedBase64(text);
    throw new AudioError(`PCM16 needs two bytes a sample; the ${text.length} characters of base64 end inside one`, {
      code: 'ERR_PCM16_ODD_LENGTH',
    });
  }

  /** The bytes that text makes which is longer than the input; pieces before a malformed one have been converted. */
  #inPieces(text: string): Uint8Array<ArrayBuffer> {
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    for (let start = 0; start < text.length; start += this.inputCapacity) {
      const end = start + this.inputCapacity;
      // Padding is for the end.
      if (end < text.length && text[end - 1] === '=') throw malformedBase64(text);
      const bytes = this.#convertPiece(text, start, end) * this.#output.bytes;
      const outputAt = this.#memory.address + this.#offsets.output;
      pieces.push(this.kernel.u8.slice(outputAt, outputAt + bytes));
    }
    const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const piece of pieces) {
      all.set(piece, at);
      at += piece.length;
    }
    return all;
  }

  #convertPiece(text: string, start: number, end: number): number {
    try {
      return this.#convert(text.slice(start, end), 0);
    } catch (error) {
      throw error instanceof AudioError && error.code === 'ERR_BASE64' ? malformedBase64(text) : error;
    }
  }

  #transcode(count: number, isText: boolean, textAt: number): number {
    const base = this.#memory.address;
    const { scratch, meter, input, output } = this.#offsets;
    return this.kernel.exports.transcode(
      base + output,
      this.#output.number,
      base + input,
      this.#input.number,
      count,
      base,
      this.#blockFrames,
      base + scratch,
      this.#scratchFrames,
      base + meter,
      isText ? 1 : 0,
      textAt,
    );
  }

  #view(frames: number): Float32Array<ArrayBuffer> {
    if (frames === this.#floats.length) return this.#floats;
    const other = this.#floatsBefore;
    this.#floatsBefore = this.#floats;
    const start = (this.#memory.address + this.#offsets.output) >> 2;
    this.#floats = frames === other.length && frames > 0 ? other : this.kernel.f32.subarray(start, start + frames);
    return this.#floats;
  }
}
