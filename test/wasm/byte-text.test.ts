import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCoreBytes, encodeCoreBytes } from '../../src/wasm/byte-text.ts';

const EVERY_BYTE = Uint8Array.from({ length: 256 }, (_, byte) => byte);

describe('the text of a module', () => {
  it('gives back its bytes, whichever they are', () => {
    expect(decodeCoreBytes(encodeCoreBytes(EVERY_BYTE))).toEqual(EVERY_BYTE);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(decodeCoreBytes(encodeCoreBytes(bytes))).toEqual(bytes);
      }),
    );
  });

  it('has no character that a string of JavaScript or an HTML page would escape', () => {
    expect(encodeCoreBytes(EVERY_BYTE)).toMatch(/^[ -~]+$/);
    expect(encodeCoreBytes(EVERY_BYTE)).not.toMatch(/["'`\\$<]/);
  });
});
