import { describe, expect, it } from 'vitest';
import { decodeAlaw, decodeMulaw } from '../../src/audio/g711.ts';
import { samplesOf, wireFormat } from '../../src/transports/output-audio.ts';

const OCTETS = Uint8Array.from({ length: 256 }, (_, octet) => octet);

describe('the samples of wire audio', () => {
  it.each([
    ['audio/pcmu', decodeMulaw],
    ['audio/pcma', decodeAlaw],
  ] as const)('are those of the audio core for all 256 octets of %s', (type, decode) => {
    expect(samplesOf(OCTETS, wireFormat({ type }))).toEqual(decode(OCTETS));
  });

  it('are the bytes themselves for PCM16, and whole', () => {
    const bytes = Uint8Array.of(1, 0, 0xff, 0x7f, 0, 0x80);
    expect([...samplesOf(bytes, wireFormat({ type: 'audio/pcm', rate: 24_000 }))]).toEqual([1, 32_767, -32_768]);
    expect(() => samplesOf(bytes.slice(1), wireFormat(undefined))).toThrowError(
      expect.objectContaining({ code: 'ERR_PCM16_ODD_LENGTH' }),
    );
  });
});
