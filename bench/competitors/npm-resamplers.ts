import { timed } from '../subject.ts';
import { importPackage } from './packages.ts';
import type { StreamingResampler, SynchronousStream } from './streaming.ts';

interface SpeexModule {
  readonly HEAPF32: Float32Array;
  readonly HEAPU32: Uint32Array;
  _malloc(bytes: number): number;
  _speex_resampler_init(
    channels: number,
    inputRate: number,
    outputRate: number,
    quality: number,
    error: number,
  ): number;
  _speex_resampler_process_float(
    state: number,
    channel: number,
    input: number,
    inputLength: number,
    output: number,
    outputLength: number,
  ): number;
  _speex_resampler_destroy(state: number): void;
}

interface LibsamplerateModule {
  readonly ConverterType: Readonly<Record<string, number>>;
  create(channels: number, inputRate: number, outputRate: number, options: { converterType?: number }): Promise<Src>;
}
interface Src {
  full(input: Float32Array, output: Float32Array, made: { frames: number }): Float32Array;
  destroy(): void;
}

interface WaveResamplerModule {
  resample(samples: Float32Array, inputRate: number, outputRate: number, details: { method: string }): Float64Array;
}

/** Longest input of one call. */
const MAX_FRAMES = 65_536;
const MAX_RATIO = 24;

/** The installed converters of npm, in each setting raced. */
export async function npmResamplers(): Promise<StreamingResampler<SynchronousStream>[]> {
  const resamplers: StreamingResampler<SynchronousStream>[] = [];
  const createSpeex = await importPackage<() => Promise<SpeexModule>>('@echogarden/speex-resampler-wasm/simd');
  if (createSpeex !== null) {
    const speex = await createSpeex();
    for (const quality of [3, 5, 10]) {
      resamplers.push({
        name: `speex wasm q${quality}`,
        isStreaming: true,
        open: async (inputRate, outputRate) => openSpeex(speex, inputRate, outputRate, quality),
      });
    }
  }
  const libsamplerate = await importPackage<LibsamplerateModule>('@alexanderolsen/libsamplerate-js');
  if (libsamplerate !== null) {
    const { SRC_SINC_MEDIUM_QUALITY: medium, SRC_SINC_BEST_QUALITY: best } = libsamplerate.ConverterType;
    for (const [setting, converterType] of Object.entries({ medium, best })) {
      resamplers.push({
        name: `libsamplerate-js ${setting}`,
        isStreaming: true,
        open: async (inputRate, outputRate) =>
          openLibsamplerate(await libsamplerate.create(1, inputRate, outputRate, { converterType })),
      });
    }
  }
  const wave = await importPackage<WaveResamplerModule>('wave-resampler');
  if (wave !== null) {
    resamplers.push({
      name: 'wave-resampler sinc',
      isStreaming: false,
      open: async (inputRate, outputRate) => {
        const convert = (input: Float32Array): Float64Array =>
          wave.resample(input, inputRate, outputRate, { method: 'sinc' });
        return fromCall((input) => Float32Array.from(convert(input)), convert);
      },
    });
  }
  return resamplers;
}

function openSpeex(speex: SpeexModule, inputRate: number, outputRate: number, quality: number): SynchronousStream {
  const lengths = speex._malloc(8);
  const input = speex._malloc(MAX_FRAMES * 4);
  const output = speex._malloc(MAX_FRAMES * MAX_RATIO * 4);
  const state = speex._speex_resampler_init(1, inputRate, outputRate, quality, lengths);
  const convert = (block: Float32Array): Float32Array => {
    speex.HEAPU32[lengths >> 2] = block.length;
    speex.HEAPU32[(lengths >> 2) + 1] = MAX_FRAMES * MAX_RATIO;
    speex.HEAPF32.set(block, input >> 2);
    speex._speex_resampler_process_float(state, 0, input, lengths, output, lengths + 4);
    return speex.HEAPF32.subarray(output >> 2, (output >> 2) + (speex.HEAPU32[(lengths >> 2) + 1] ?? 0));
  };
  return { ...fromCall(convert, convert), close: () => speex._speex_resampler_destroy(state) };
}

function openLibsamplerate(src: Src): SynchronousStream {
  const output = new Float32Array(MAX_FRAMES * MAX_RATIO);
  const made = { frames: 0 };
  const convert = (block: Float32Array): Float32Array => {
    src.full(block, output, made);
    return output.subarray(0, made.frames);
  };
  return { ...fromCall(convert, convert), close: () => src.destroy() };
}

/** A stream around one function. `work` is what is timed: `convert` without what only our interface asks for. */
function fromCall(
  convert: (input: Float32Array) => Float32Array,
  work: (input: Float32Array) => unknown,
): SynchronousStream {
  return {
    convert,
    time: (times, block) =>
      timed((count) => {
        for (let i = 0; i < count; i++) work(block);
      })(times),
    close: () => {},
  };
}
