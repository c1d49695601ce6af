import { beforeAll, describe, expect, it } from 'vitest';
import {
  decodeAlaw,
  decodeBase64,
  decodeMulaw,
  Dither,
  encodeAlaw,
  encodeMulaw,
  floatFromPcm16,
  LevelMeter,
  loadCore,
  LoudnessMeter,
  MicrophoneUplink,
  pcm16FromBytes,
  pcm16FromFloat,
  PhoneDownlink,
  PhoneUplink,
  SpeakerDownlink,
} from '../../src/audio/index.ts';
import { BargeinError } from '../../src/errors.ts';
import { Allocation } from '../../src/audio/kernels.ts';
import { BUILDS, bytesOf, END_OF_MEMORY, KernelRuns, noiseWords } from './reference/kernel-runs.ts';

const BYTES = 1_000_000;
const NOISE = new Uint8Array(noiseWords(BYTES / 4, 97).buffer);
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const CANARY = 0xa5;
const CANARY_BYTES = 4096;

/** The noise in pieces of every small length and some large ones. */
function* pieces(): Generator<Uint8Array<ArrayBuffer>> {
  for (let at = 0, length = 0; at < BYTES; at += length, length = (length * 5 + 7) % 2039) {
    yield NOISE.subarray(at, at + length);
  }
}

/** Base64 with a wrong octet in about every other piece: noise alone would be refused at its first characters. */
function nearlyText(piece: Uint8Array): Uint8Array<ArrayBuffer> {
  const text = Uint8Array.from(piece.subarray(0, piece.length & ~3), (byte) => ALPHABET.charCodeAt(byte & 63));
  const place = ((piece[0] ?? 0) << 8) | (piece[1] ?? 0);
  if (place < text.length) text[place] = piece[2] ?? 0;
  return text;
}

/** Calls it and returns the code of what it throws; anything but one of our errors is rethrown. */
function codeOf(call: () => unknown): string {
  try {
    call();
    return 'none';
  } catch (error) {
    if (error instanceof BargeinError) return error.code;
    throw error;
  }
}

describe.each(BUILDS)('a million random bytes on the %s build', (build) => {
  let runs: KernelRuns;
  beforeAll(async () => {
    runs = await KernelRuns.of(build);
  });

  it.each(['decodeMulaw', 'decodeAlaw', 'floatFromPcm16'] as const)('pass %s within its bounds', (decoder) => {
    const width = decoder === 'floatFromPcm16' ? 2 : 1;
    for (const piece of pieces()) {
      const frames = Math.floor(piece.length / width);
      const input = piece.subarray(0, frames * width);
      const output = runs.run(
        input,
        2 * width * frames,
        (core, dst, src) => core[decoder](dst, src, frames),
        END_OF_MEMORY,
      );
      expect(output.length).toBe(2 * width * frames);
    }
  });

  it('pass decodeBase64 within its bounds, as they are and as nearly well-formed text', () => {
    const results = { decoded: 0, refused: 0 };
    for (const piece of pieces()) {
      for (const text of [piece, nearlyText(piece)]) {
        runs.run(
          text,
          Math.floor(text.length / 4) * 3,
          (core, dst, src) => {
            const result = core.decodeBase64(dst, src, text.length);
            if (result >= 0) results.decoded++;
            else results.refused++;
            expect(-1 - result).toBeLessThanOrEqual(text.length);
          },
          END_OF_MEMORY,
        );
      }
    }
    expect(results.decoded).toBeGreaterThan(100);
    expect(results.refused).toBeGreaterThan(500);
  });

  it('pass pcm16FromFloat, dither and meters as floats of every kind', () => {
    const state = runs.kernel.allocate(512);
    const { exports } = runs.kernel;
    exports.ditherInit(state, 1);
    exports.loudnessInit(state + 48, 48_000);
    for (const piece of pieces()) {
      const frames = piece.length >> 2;
      const input = piece.subarray(0, 4 * frames);
      runs.run(input, 2 * frames, (core, dst, src) => core.pcm16FromFloat(dst, src, frames), END_OF_MEMORY);
      runs.run(
        input,
        2 * frames,
        (core, dst, src) => core.pcm16FromFloatDithered(dst, src, frames, state),
        END_OF_MEMORY,
      );
      runs.run(input, 0, (core, _, src) => core.loudnessMeasure(state + 48, src, frames), END_OF_MEMORY);
    }
    expect(Number.isFinite(exports.loudnessTruePeak(state + 48))).toBe(true);
    runs.kernel.free(state);
  });

  it('pass every function of bargein/audio, or are refused by a coded error', async () => {
    await loadCore(build);
    const meter = new LevelMeter();
    const loudness = new LoudnessMeter({ sampleRate: 8000 });
    const dither = new Dither();
    const codes = new Set<string>();
    for (const piece of pieces()) {
      const text = Buffer.from(nearlyText(piece)).toString('latin1');
      codes.add(codeOf(() => decodeBase64(text)));
      codes.add(codeOf(() => decodeBase64(Buffer.from(piece).toString('utf16le'))));
      codes.add(codeOf(() => pcm16FromBytes(piece)));
      const samples = new Int16Array(piece.slice(0, piece.length & ~1).buffer);
      const floats = new Float32Array(piece.slice(0, piece.length & ~3).buffer);
      decodeMulaw(encodeMulaw(samples));
      decodeAlaw(encodeAlaw(samples));
      floatFromPcm16(pcm16FromFloat(floats));
      dither.pcm16FromFloat(floats);
      for (const block of [samples, floats]) {
        meter.measure(block);
        loudness.measure(block);
      }
    }
    expect([...codes].toSorted()).toEqual(['ERR_BASE64', 'ERR_PCM16_ODD_LENGTH', 'none']);
    expect([meter.rms, loudness.truePeak].every(Number.isFinite)).toBe(true);
    for (const object of [meter, loudness, dither]) object.free();
  });

  it('pass the voice paths, which touch nothing beside their own memory', async () => {
    await loadCore(build);
    const open = <T>(construct: () => T): { before: Allocation; path: T; after: Allocation } => {
      const before = new Allocation('it', CANARY_BYTES);
      const path = construct();
      return { before, path, after: new Allocation('it', CANARY_BYTES) };
    };
    const links = [
      () => new SpeakerDownlink({ deviceRate: 44_100, maxPacketMs: 20 }),
      () => new PhoneUplink({ maxPacketMs: 20 }),
      () => new PhoneDownlink({ law: 'alaw', maxPacketMs: 20 }),
    ].map((construct) => open<SpeakerDownlink | PhoneUplink | PhoneDownlink>(construct));
    const microphone = open(() => new MicrophoneUplink({ deviceRate: 48_000 }));
    const guards = [...links, microphone].flatMap(({ before, after }) => [before, after]);
    for (const { kernel, address } of guards) kernel.u8.fill(CANARY, address, address + CANARY_BYTES);

    const codes = new Set<string>();
    let packets = 0;
    for (const piece of pieces()) {
      const text = Buffer.from(nearlyText(piece)).toString('latin1');
      const wide = Buffer.from(piece.subarray(0, piece.length & ~1)).toString('utf16le');
      for (const { path } of links) {
        codes.add(codeOf(() => path.convert(text)));
        codes.add(codeOf(() => path.convert(wide)));
      }
      const floats = new Float32Array(piece.slice(0, piece.length & ~3).buffer);
      microphone.path.push(floats, (packet) => {
        packets++;
        expect(packet).toHaveLength(1280);
      });
    }
    expect([...codes].toSorted()).toEqual(['ERR_BASE64', 'ERR_PCM16_ODD_LENGTH', 'none']);
    expect(packets).toBe(Math.floor([...pieces()].reduce((sum, { length }) => sum + (length >> 2), 0) / 960));
    const touched = guards.flatMap(({ kernel, address }) =>
      [...bytesOf(kernel.u8.subarray(address, address + CANARY_BYTES))].filter((byte) => byte !== CANARY),
    );
    expect(touched).toEqual([]);
    for (const { path } of [...links, microphone]) path.free();
    for (const guard of guards) guard.free();
  });
});
