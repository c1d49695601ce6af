// The C libraries, when this machine has a compiler and their headers (Debian: libspeexdsp-dev, libsoxr-dev,
// libsamplerate0-dev). Each runs in a small program that the bench compiles; it times itself, so pipes don't count.
import { type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { BENCH_FOLDER } from '../folder.ts';
import type { ResamplerStream, StreamingResampler } from './streaming.ts';

interface Library {
  readonly name: string;
  readonly define: string;
  readonly link: string;
  /** The library's number for each setting raced. */
  readonly settings: Readonly<Record<string, number>>;
}

const LIBRARIES: readonly Library[] = [
  { name: 'native speexdsp', define: 'USE_SPEEXDSP', link: 'speexdsp', settings: { q5: 5, q10: 10 } },
  { name: 'native soxr', define: 'USE_SOXR', link: 'soxr', settings: { HQ: 4, VHQ: 6 } },
  { name: 'native libsamplerate', define: 'USE_SAMPLERATE', link: 'samplerate', settings: { best: 0 } },
];

const SOURCE = join(BENCH_FOLDER, 'competitors', 'native-resampler.c');
const BUILD_FOLDER = join(BENCH_FOLDER, '..', 'build', 'bench');

/** The libraries that could be built here, in each setting. */
export function nativeResamplers(): StreamingResampler[] {
  return LIBRARIES.flatMap((library) => {
    const program = build(library);
    if (program === null) return [];
    return Object.entries(library.settings).map(([setting, quality]) => ({
      name: `${library.name} ${setting}`,
      isStreaming: true,
      open: async (inputRate: number, outputRate: number) =>
        new NativeStream(program, [inputRate, outputRate, quality].map(String)),
    }));
  });
}

function build({ define, link }: Library): string | null {
  if (!existsSync(SOURCE)) return null;
  mkdirSync(BUILD_FOLDER, { recursive: true });
  const program = join(BUILD_FOLDER, `native-${link}`);
  if (existsSync(program) && statSync(program).mtimeMs >= statSync(SOURCE).mtimeMs) return program;
  try {
    execFileSync('gcc', ['-O3', '-march=native', `-D${define}`, SOURCE, '-o', program, `-l${link}`, '-lm'], {
      stdio: 'ignore',
    });
    return program;
  } catch {
    return null;
  }
}

class NativeStream implements ResamplerStream {
  readonly #program: ChildProcessByStdio<Writable, Readable, null>;
  readonly #answers: AsyncIterator<Buffer>;
  #pending: Buffer = Buffer.alloc(0);

  constructor(path: string, args: readonly string[]) {
    this.#program = spawn(path, args, { stdio: ['pipe', 'pipe', 'ignore'] });
    this.#answers = (this.#program.stdout as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  }

  async convert(input: Float32Array): Promise<Float32Array> {
    const header = Buffer.alloc(5);
    header.write('c');
    header.writeUInt32LE(input.length, 1);
    this.#send(header, input);
    const frames = (await this.#read(4)).readUInt32LE();
    const bytes = await this.#read(frames * Float32Array.BYTES_PER_ELEMENT);
    return new Float32Array(Uint8Array.from(bytes).buffer);
  }

  async time(times: number, block: Float32Array): Promise<number> {
    const header = Buffer.alloc(9);
    header.write('t');
    header.writeUInt32LE(times, 1);
    header.writeUInt32LE(block.length, 5);
    this.#send(header, block);
    return (await this.#read(8)).readDoubleLE();
  }

  close(): void {
    this.#program.stdin.end();
  }

  #send(header: Buffer, samples: Float32Array): void {
    this.#program.stdin.write(header);
    // A copy: the caller may reuse its block before the pipe has taken it.
    this.#program.stdin.write(Uint8Array.from(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)));
  }

  async #read(bytes: number): Promise<Buffer> {
    while (this.#pending.length < bytes) {
      const { done, value } = await this.#answers.next();
      if (done === true) throw new Error('the native program ended');
      this.#pending = Buffer.concat([this.#pending, value]);
    }
    const result = this.#pending.subarray(0, bytes);
    this.#pending = this.#pending.subarray(bytes);
    return result;
  }
}
