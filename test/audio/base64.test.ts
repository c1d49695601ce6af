import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { bufferBase64, malformedAt, plainBase64 } from '../../src/audio/base64.ts';
import { kernelBase64 } from '../../src/audio/base64-kernel.ts';
import { decodeBase64, decodeBase64Into, encodeBase64 } from '../../src/audio/index.ts';
import { MALFORMED } from './reference/base64.ts';
import { BUILDS, bytesOf, forEachTail, KernelRuns, noiseWords } from './reference/kernel-runs.ts';

const NOISE = new Uint8Array(noiseWords(16_384, 7).buffer);
const LATIN1 = new TextEncoder();

function encodedLength(bytes: number): number {
  return 4 * Math.ceil(bytes / 3);
}

/** Node's decoder, made strict by encoding the result again: canonical text is the only one that comes back. */
function isCanonical(text: string): boolean {
  return Buffer.from(text, 'base64').toString('base64') === text;
}

/** Valid text with one character replaced, removed or inserted somewhere, or arbitrary text. */
const SUSPECT_TEXT = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: fc.constantFrom(...Array.from('AQgwz09+/=-_ \n')), maxLength: 60 }),
  fc
    .tuple(
      fc.uint8Array({ maxLength: 60 }),
      fc.nat(80),
      fc.nat(1),
      fc.constantFrom('', 'A', 'B', '=', '-', ' ', 'Ł', '\u00c1'),
    )
    .map(([bytes, at, removed, inserted]) => {
      const text = Buffer.from(bytes).toString('base64');
      return text.slice(0, at) + inserted + text.slice(at + removed);
    }),
);

describe.each(BUILDS)('the kernel of the %s build', (build) => {
  let runs: KernelRuns;
  beforeAll(async () => {
    runs = await KernelRuns.of(build);
  });

  function decode(text: string): { bytes: Uint8Array; result: number } {
    let result = NaN;
    const bytes = runs.run(LATIN1.encode(text), Math.floor(text.length / 4) * 3, (core, dst, src) => {
      result = core.decodeBase64(dst, src, text.length);
    });
    return { bytes: bytes.subarray(0, Math.max(0, result)), result };
  }

  it('encodes and decodes as Node on every tail length at every misalignment, within its bounds', () => {
    let wrong = 0;
    forEachTail((length, inputOffset, outputOffset) => {
      const bytes = NOISE.subarray(length, 2 * length);
      const text = Buffer.from(bytes).toString('base64');
      const encoded = runs.run(
        bytes,
        encodedLength(length),
        (core, dst, src) => {
          if (core.encodeBase64(dst, src, length) !== text.length) wrong++;
        },
        inputOffset,
        outputOffset,
      );
      const decoded = runs.run(
        encoded,
        length,
        (core, dst, src) => {
          if (core.decodeBase64(dst, src, text.length) !== length) wrong++;
        },
        inputOffset,
        outputOffset,
      );
      if (Buffer.from(encoded).toString('latin1') !== text || Buffer.compare(decoded, bytes) !== 0) wrong++;
    });
    expect(wrong).toBe(0);
  });

  it('classes each of the 256 octets alike at each place of a vector and of a last group', () => {
    const alphabet = new Set('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
    const wrong: string[] = [];
    for (let octet = 0; octet < 256; octet++) {
      for (let at = 0; at < 20; at++) {
        const text = Uint8Array.from({ length: 40 }, (_, i) => (i === at ? octet : 0x42));
        runs.run(text, 30, (core, dst, src) => {
          const result = core.decodeBase64(dst, src, 40);
          if (result !== (alphabet.has(String.fromCharCode(octet)) ? 30 : -1 - at)) wrong.push(`${octet} at ${at}`);
        });
      }
    }
    expect(wrong).toEqual([]);
  });

  it('decodes what it encodes', () => {
    for (const length of [3000, 12_287, 30_001]) {
      const text = runs.run(NOISE.subarray(0, length), encodedLength(length), (core, dst, src) => {
        core.encodeBase64(dst, src, length);
      });
      expect(Buffer.from(text).toString('latin1')).toBe(Buffer.from(NOISE.subarray(0, length)).toString('base64'));
      expect(Buffer.compare(decode(Buffer.from(text).toString('latin1')).bytes, NOISE.subarray(0, length))).toBe(0);
    }
  });

  it.each(MALFORMED.filter(([, text]) => isOneOctetEach(text)))('finds %s', (_, text, position) => {
    expect(decode(text).result).toBe(-1 - position);
  });

  it('agrees with a plain scan of the text on where any text goes wrong', () => {
    fc.assert(
      fc.property(SUSPECT_TEXT.filter(isOneOctetEach), (text) => {
        const { bytes, result } = decode(text);
        expect(result).toBe(isCanonical(text) ? Buffer.from(text, 'base64').length : -1 - malformedAt(text));
        if (result >= 0) expect(Buffer.compare(bytes, Buffer.from(text, 'base64'))).toBe(0);
      }),
      { numRuns: 2000 },
    );
  });
});

describe.each([
  { name: 'Buffer', codec: bufferBase64 },
  { name: 'plain loops', codec: plainBase64 },
  { name: 'the kernel', codec: kernelBase64 },
])('base64 by $name', ({ codec }) => {
  it('encodes and decodes as Node', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
        const text = codec.encode(bytes);
        expect(text).toBe(Buffer.from(bytes).toString('base64'));
        const output = new Uint8Array(bytes.length);
        expect(codec.decode(text, output)).toBe(true);
        expect(output).toEqual(bytes);
      }),
    );
  });

  it('encodes and decodes long audio', () => {
    const text = codec.encode(NOISE);
    expect(text).toBe(Buffer.from(NOISE).toString('base64'));
    const output = new Uint8Array(NOISE.length);
    expect(codec.decode(text, output)).toBe(true);
    expect(Buffer.compare(output, NOISE)).toBe(0);
  });

  it('refuses padding inside long text', () => {
    const text = Buffer.from(NOISE.subarray(0, 18_431)).toString('base64') + 'QUJD';
    expect(text.indexOf('=')).toBe(24_575);
    expect(codec.decode(text, new Uint8Array(18_435))).toBe(false);
  });

  it('accepts canonical text and nothing else', () => {
    fc.assert(
      fc.property(
        SUSPECT_TEXT.filter((text) => text.length % 4 === 0),
        (text) => {
          const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
          expect(codec.decode(text, new Uint8Array((text.length / 4) * 3 - padding))).toBe(isCanonical(text));
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('base64 of bargein/audio', () => {
  it.each(MALFORMED)('refuses %s with its position', (_, text, position) => {
    expect(() => decodeBase64(text)).toThrowError(
      expect.objectContaining({
        name: 'AudioError',
        code: 'ERR_BASE64',
        message: expect.stringContaining(`at position ${position} of ${text.length}`),
      }),
    );
  });

  it('takes the empty text', () => {
    expect(encodeBase64(new Uint8Array(0))).toBe('');
    expect(decodeBase64('')).toHaveLength(0);
  });

  it('encodes a view, not the buffer under it', () => {
    expect(encodeBase64(bytesOf(NOISE.subarray(5, 9)))).toBe(Buffer.from(NOISE.slice(5, 9)).toString('base64'));
  });

  it("decodes into the caller's buffer and touches nothing behind", () => {
    const output = new Uint8Array(6).fill(9);
    expect(decodeBase64Into('QUJDRA==', output)).toBe(4);
    expect([...output]).toEqual([65, 66, 67, 68, 9, 9]);
    expect(() => decodeBase64Into('QUJDRA==', new Uint8Array(3))).toThrowError(
      expect.objectContaining({ code: 'ERR_BUFFER_SIZE' }),
    );
  });
});

function isOneOctetEach(text: string): boolean {
  return Buffer.byteLength(text) === text.length;
}
