import { bufferBase64, nativeBase64 } from '../../src/audio/base64.ts';
import { kernelBase64 } from '../../src/audio/base64-kernel.ts';
import { decodeBase64Into, encodeBase64 } from '../../src/audio/index.ts';
import { atobDecode, btoaEncode } from '../competitors/loops.ts';
import { noiseOctets } from '../corpus.ts';
import { type Contender, type Subject, timed } from '../subject.ts';

/** 20 ms of PCM16 at 24 kHz. */
const BYTES = 960;

const hasNative = 'toBase64' in Uint8Array.prototype && 'setFromBase64' in Uint8Array.prototype;

function encoder(name: string, encode: (bytes: Uint8Array) => string): Contender {
  const bytes = noiseOctets(BYTES);
  let characters = 0;
  return {
    name,
    time: timed((times) => {
      for (let i = 0; i < times; i++) characters += encode(bytes).length;
      if (characters % ((BYTES / 3) * 4) !== 0) throw new RangeError(`${name} made text of a wrong length`);
    }),
  };
}

function decoder(name: string, decode: (text: string, output: Uint8Array<ArrayBuffer>) => unknown): Contender {
  const text = bufferBase64.encode(noiseOctets(BYTES));
  const output = new Uint8Array(BYTES);
  return {
    name,
    time: timed((times) => {
      for (let i = 0; i < times; i++) decode(text, output);
    }),
  };
}

export const base64Subjects: readonly Subject[] = [
  {
    kind: 'race',
    name: 'base64 encode',
    operation: `${BYTES} bytes`,
    isPerBuild: true,
    async prepare() {
      return [
        encoder('bargein', encodeBase64),
        encoder('bargein, kernel', (bytes) => kernelBase64.encode(bytes)),
        encoder('Buffer', (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')),
        encoder('btoa loop', btoaEncode),
        ...(hasNative ? [encoder('toBase64', (bytes) => nativeBase64.encode(bytes))] : []),
      ];
    },
  },
  {
    kind: 'race',
    name: 'base64 decode',
    operation: `${BYTES} bytes`,
    isPerBuild: true,
    async prepare() {
      return [
        decoder('bargein', decodeBase64Into),
        decoder('bargein, kernel', (text, output) => kernelBase64.decode(text, output)),
        decoder('Buffer', (text) => Buffer.from(text, 'base64')),
        decoder('atob loop', atobDecode),
        ...(hasNative ? [decoder('setFromBase64', (text, output) => nativeBase64.decode(text, output))] : []),
      ];
    },
  },
];
