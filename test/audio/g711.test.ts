import { execFileSync, spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeAlaw, decodeMulaw, encodeAlaw, encodeMulaw } from '../../src/audio/index.ts';
import {
  ALAW_DECISIONS,
  ALAW_QUANTISED,
  MULAW_DECISIONS,
  MULAW_QUANTISED,
  referenceDecodeAlaw,
  referenceDecodeMulaw,
  referenceEncodeAlaw,
  referenceEncodeMulaw,
} from './reference/g711.ts';
import { BUILDS, bytesOf, forEachTail, KernelRuns } from './reference/kernel-runs.ts';

const ALL_SAMPLES = Int16Array.from({ length: 65_536 }, (_, i) => i - 32_768);
const ALL_OCTETS = Uint8Array.from({ length: 256 }, (_, i) => i);

const LAWS = [
  {
    law: 'mu-law',
    droppedBits: 2,
    encode: encodeMulaw,
    decode: decodeMulaw,
    encoder: 'encodeMulaw',
    decoder: 'decodeMulaw',
    referenceCodes: Uint8Array.from(ALL_SAMPLES, referenceEncodeMulaw),
    referenceSamples: Int16Array.from(ALL_OCTETS, referenceDecodeMulaw),
  },
  {
    law: 'a-law',
    droppedBits: 3,
    encode: encodeAlaw,
    decode: decodeAlaw,
    encoder: 'encodeAlaw',
    decoder: 'decodeAlaw',
    referenceCodes: Uint8Array.from(ALL_SAMPLES, referenceEncodeAlaw),
    referenceSamples: Int16Array.from(ALL_OCTETS, referenceDecodeAlaw),
  },
] as const;

describe('the reference', () => {
  it('has the decision values that table 1a/G.711 prints (n: xₙ)', () => {
    const printed = { 1: 2, 32: 64, 33: 68, 48: 128, 49: 136, 64: 256, 65: 272, 80: 512, 81: 544, 96: 1024, 97: 1088 };
    const upper = { 112: 2048, 113: 2176, 127: 3968, 128: 4096 };
    for (const [n, value] of Object.entries({ ...printed, ...upper }))
      expect(ALAW_DECISIONS[Number(n) - 1]).toBe(value);
    expect(ALAW_DECISIONS).toHaveLength(128);
  });

  it('has the quantised values that table 1a/G.711 prints (n: yₙ)', () => {
    const printed = { 1: 1, 33: 66, 49: 132, 65: 264, 81: 528, 97: 1056, 113: 2112, 128: 4032 };
    for (const [n, value] of Object.entries(printed)) expect(ALAW_QUANTISED[Number(n) - 1]).toBe(value);
  });

  it('has the decision values that table 2a/G.711 prints (n: xₙ)', () => {
    const printed = {
      1: 1,
      2: 3,
      16: 31,
      17: 35,
      32: 95,
      33: 103,
      48: 223,
      49: 239,
      64: 479,
      65: 511,
      80: 991,
      81: 1055,
    };
    const upper = { 96: 2015, 97: 2143, 112: 4063, 113: 4319, 127: 7903, 128: 8159 };
    for (const [n, value] of Object.entries({ ...printed, ...upper }))
      expect(MULAW_DECISIONS[Number(n) - 1]).toBe(value);
    expect(MULAW_DECISIONS).toHaveLength(128);
  });

  it('has the quantised values that table 2a/G.711 prints (n: yₙ)', () => {
    const printed = { 0: 0, 1: 2, 16: 33, 32: 99, 48: 231, 64: 495, 80: 1023, 96: 2079, 112: 4191, 127: 8031 };
    for (const [n, value] of Object.entries(printed)) expect(MULAW_QUANTISED[Number(n)]).toBe(value);
  });

  it('gives the character signals of both tables at their ends', () => {
    expect([32_767, 0, -1, -32_768].map(referenceEncodeMulaw)).toEqual([0x80, 0xff, 0x7f, 0x00]);
    expect([32_767, 0, -1, -32_768].map(referenceEncodeAlaw)).toEqual([0xaa, 0xd5, 0x55, 0x2a]);
    expect([0x80, 0xff, 0x7f, 0x00].map(referenceDecodeMulaw)).toEqual([32_124, 0, 0, -32_124]);
    expect([0xaa, 0xd5, 0x55, 0x2a].map(referenceDecodeAlaw)).toEqual([32_256, 8, -8, -32_256]);
  });
});

describe.each(BUILDS)('the %s build', (build) => {
  let runs: KernelRuns;
  beforeAll(async () => {
    runs = await KernelRuns.of(build);
  });

  it.each(LAWS)('encodes all 65,536 samples in $law as the reference', ({ encoder, referenceCodes }) => {
    const codes = runs.run(bytesOf(ALL_SAMPLES), 65_536, (core, dst, src) => core[encoder](dst, src, 65_536));
    expect(mismatches(codes, referenceCodes)).toBe(0);
  });

  it.each(LAWS)('decodes all 256 octets of $law as the reference', ({ decoder, referenceSamples }) => {
    const bytes = runs.run(ALL_OCTETS, 512, (core, dst, src) => core[decoder](dst, src, 256));
    expect(mismatches(new Int16Array(bytes.buffer), referenceSamples)).toBe(0);
  });

  it.each(LAWS)('is exact in $law on every tail length at every misalignment, within its bounds', (law) => {
    const samples = ALL_SAMPLES.filter((sample) => sample % 1009 === 0).subarray(0, 64);
    const codes = samples.map((sample) => law.referenceCodes[sample + 32_768] ?? NaN);
    const octets = ALL_OCTETS.filter((octet) => octet % 4 === 1);
    const decoded = Int16Array.from(octets, (octet) => law.referenceSamples[octet] ?? NaN);
    let wrong = 0;
    forEachTail((frames, inputOffset, outputOffset) => {
      const encoded = runs.run(
        bytesOf(samples.subarray(0, frames)),
        frames,
        (core, dst, src) => core[law.encoder](dst, src, frames),
        inputOffset,
        outputOffset,
      );
      wrong += mismatches(encoded, codes.subarray(0, frames));
      const bytes = runs.run(
        octets.subarray(0, frames),
        2 * frames,
        (core, dst, src) => core[law.decoder](dst, src, frames),
        inputOffset,
        outputOffset,
      );
      wrong += mismatches(new Int16Array(bytes.buffer), decoded.subarray(0, frames));
    });
    expect(wrong).toBe(0);
  });
});

describe.each(BUILDS)('the other convention on the %s build', (build) => {
  let runs: KernelRuns;
  beforeAll(async () => {
    runs = await KernelRuns.of(build);
  });

  it.each(LAWS)('gives a negative sample in $law the code of its magnitude, 127 of them another one', (law) => {
    const codes = runs.run(bytesOf(ALL_SAMPLES), 65_536, (core, dst, src) => core[law.encoder](dst, src, 65_536, -1));
    const codeOf = (sample: number): number => codes[sample + 32_768] ?? NaN;
    const asymmetric = ALL_SAMPLES.filter((sample) => {
      if (sample >= 0) return codeOf(sample) !== law.referenceCodes[sample + 32_768];
      return codeOf(sample) !== (codeOf(Math.min(-sample, 32_767)) ^ 0x80);
    });
    expect([...asymmetric]).toEqual([]);
    expect(mismatches(codes, law.referenceCodes)).toBe(127);
  });

  it.each(LAWS)('is exact in $law on every tail length, within its bounds', (law) => {
    const samples = ALL_SAMPLES.filter((sample) => sample % 1013 === 0).subarray(0, 64);
    const run = (block: Int16Array): Uint8Array =>
      runs.run(bytesOf(block), block.length, (core, dst, src) => core[law.encoder](dst, src, block.length, -1));
    const one = samples.map((sample) => run(Int16Array.of(sample))[0] ?? NaN);
    for (let frames = 0; frames <= 64; frames++) {
      expect(mismatches(run(samples.subarray(0, frames)), one.subarray(0, frames))).toBe(0);
    }
  });
});

describe.each(LAWS)('$law of bargein/audio', ({ encode, decode, referenceCodes, referenceSamples }) => {
  it('converts inputs longer than its blocks', () => {
    expect(mismatches(encode(ALL_SAMPLES), referenceCodes)).toBe(0);
    const many = Uint8Array.from({ length: 65_536 }, (_, i) => i % 256);
    expect(
      mismatches(
        decode(many),
        Int16Array.from(many, (octet) => referenceSamples[octet] ?? NaN),
      ),
    ).toBe(0);
  });

  it('encodes by the convention it is told, and refuses one that there is not', () => {
    const samples = Int16Array.from({ length: 20_000 }, (_, i) => i - 19_000);
    expect(encode(samples, undefined, 'g191')).toEqual(encode(samples));
    expect(mismatches(encode(samples, undefined, 'negate'), encode(samples))).toBeGreaterThan(0);
    expect(() => Reflect.apply(encode, undefined, [samples, undefined, 'sun'])).toThrowError(
      expect.objectContaining({ name: 'AudioError', code: 'ERR_G711_CONVENTION' }),
    );
  });

  it("writes into the caller's buffer and returns the part it filled", () => {
    const octets = new Uint8Array(4).fill(9);
    const filled = encode(Int16Array.of(0, 1000, -1000), octets);
    expect(filled.buffer).toBe(octets.buffer);
    expect(filled).toHaveLength(3);
    expect(octets[3]).toBe(9);
    const samples = new Int16Array(3);
    expect(decode(filled, samples)).toBe(samples);
  });

  it('refuses a buffer that is too short', () => {
    expect(() => encode(new Int16Array(3), new Uint8Array(2))).toThrowError(
      expect.objectContaining({ name: 'AudioError', code: 'ERR_BUFFER_SIZE' }),
    );
    expect(() => decode(new Uint8Array(3), new Int16Array(2))).toThrowError(
      expect.objectContaining({ code: 'ERR_BUFFER_SIZE' }),
    );
  });
});

const hasSox = spawnSync('sox', ['--version']).status === 0;

describe.runIf(hasSox).each(LAWS)('$law against sox', ({ law, droppedBits, encode, decode }) => {
  const octetFormat = ['-t', 'raw', '-r', '8000', '-c', '1', '-e', law, '-b', '8', '-'];
  const sampleFormat = ['-t', 'raw', '-r', '8000', '-c', '1', '-e', 'signed-integer', '-b', '16', '-'];
  const soxDecode = (octets: Uint8Array): Int16Array =>
    new Int16Array(sox([...octetFormat, ...sampleFormat], octets).buffer);
  const soxEncode = (samples: Int16Array): Uint8Array => sox([...sampleFormat, ...octetFormat], bytesOf(samples));

  it('decodes all 256 octets alike', () => {
    expect(mismatches(decode(ALL_OCTETS), soxDecode(ALL_OCTETS))).toBe(0);
  });

  it('encodes the decoded value of all 256 octets alike', () => {
    const decoded = decode(ALL_OCTETS);
    expect(mismatches(encode(decoded), soxEncode(decoded))).toBe(0);
  });

  const reach = 2 ** droppedBits;

  // sox rounds to 14 or 13 bits and negates, where G.191 drops bits and takes the one's complement.
  it(`encodes samples ${reach} or more from a decision value alike, the others at most one code apart`, () => {
    const ours = encode(ALL_SAMPLES);
    const theirs = soxEncode(ALL_SAMPLES);
    let strangers = 0;
    for (let i = 0; i < 65_536; i++) {
      const below = ours[Math.max(0, i - reach)];
      const above = ours[Math.min(65_535, i + reach)];
      if (theirs[i] !== ours[i] && theirs[i] !== below && theirs[i] !== above) strangers++;
    }
    expect(strangers).toBe(0);
  });
});

function mismatches(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  let count = 0;
  for (let i = 0; i < actual.length; i++) if (actual[i] !== expected[i]) count++;
  return count;
}

/** `-D`: no dither. */
function sox(args: string[], input: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(execFileSync('sox', ['-V1', '-D', ...args], { input }));
}
