import { decodeAlaw, decodeMulaw, encodeAlaw, encodeMulaw } from '../../src/audio/index.ts';
import {
  referenceDecodeAlaw,
  referenceDecodeMulaw,
  referenceEncodeAlaw,
  referenceEncodeMulaw,
} from '../../test/audio/reference/g711.ts';
import { type Codec, g711Codecs } from '../competitors/g711.ts';
import { noiseOctets, noisePcm16 } from '../corpus.ts';
import { ownViews } from '../own-views.ts';
import { type Contender, type Subject, timed } from '../subject.ts';

const FRAMES = 480;

const ENCODERS = { encodeMulaw, encodeAlaw };
const DECODERS = { decodeMulaw, decodeAlaw };
const REFERENCES = {
  encodeMulaw: referenceEncodeMulaw,
  encodeAlaw: referenceEncodeAlaw,
  decodeMulaw: referenceDecodeMulaw,
  decodeAlaw: referenceDecodeAlaw,
};

const EVERY_SAMPLE = Int16Array.from({ length: 65_536 }, (_, i) => i - 32_768);
const EVERY_OCTET = Uint8Array.from({ length: 256 }, (_, i) => i);

function encoding(name: string, law: keyof typeof ENCODERS): Subject {
  return {
    kind: 'race',
    name,
    operation: `${FRAMES} frames`,
    isPerBuild: true,
    async prepare(build) {
      const samples = noisePcm16(FRAMES);
      const octets = new Uint8Array(FRAMES);
      const encode = ENCODERS[law];
      const { kernel, input, output } = ownViews(build);
      kernel.i16.set(samples, input >> 1);
      const kernelEncode = kernel.exports[law];
      const facts = { mismatches: mismatches(encode(EVERY_SAMPLE), EVERY_SAMPLE, REFERENCES[law]) };
      return [
        {
          name: 'bargein, own views',
          facts,
          time: timed((times) => {
            for (let i = 0; i < times; i++) kernelEncode(output, input, FRAMES);
          }),
        },
        {
          name: 'bargein',
          facts,
          time: timed((times) => {
            for (let i = 0; i < times; i++) encode(samples, octets);
          }),
        },
        ...(await g711Codecs()).map((codec) => racer(codec, law, samples, EVERY_SAMPLE)),
      ];
    },
  };
}

function decoding(name: string, law: keyof typeof DECODERS): Subject {
  return {
    kind: 'race',
    name,
    operation: `${FRAMES} frames`,
    isPerBuild: true,
    async prepare(build) {
      const octets = noiseOctets(FRAMES);
      const samples = new Int16Array(FRAMES);
      const decode = DECODERS[law];
      const { kernel, input, output } = ownViews(build);
      kernel.u8.set(octets, input);
      const kernelDecode = kernel.exports[law];
      const facts = { mismatches: mismatches(decode(EVERY_OCTET), EVERY_OCTET, REFERENCES[law]) };
      return [
        {
          name: 'bargein, own views',
          facts,
          time: timed((times) => {
            for (let i = 0; i < times; i++) kernelDecode(output, input, FRAMES);
          }),
        },
        {
          name: 'bargein',
          facts,
          time: timed((times) => {
            for (let i = 0; i < times; i++) decode(octets, samples);
          }),
        },
        ...(await g711Codecs()).map((codec) => racer(codec, law, octets, EVERY_OCTET)),
      ];
    },
  };
}

function racer<Law extends keyof typeof REFERENCES>(
  codec: Codec,
  law: Law,
  input: Parameters<Codec[Law]>[0],
  everyInput: Parameters<Codec[Law]>[0],
): Contender {
  const convert = codec[law] as (input: Parameters<Codec[Law]>[0]) => ArrayLike<number>;
  return {
    name: codec.name,
    facts: { mismatches: mismatches(convert(everyInput), everyInput, REFERENCES[law]) },
    time: timed((times) => {
      for (let i = 0; i < times; i++) convert(input);
    }),
  };
}

/** Inputs for which a codec differs from ITU-T G.191. */
function mismatches(
  results: ArrayLike<number>,
  inputs: ArrayLike<number>,
  reference: (input: number) => number,
): number {
  return Array.from(inputs).filter((input, i) => results[i] !== reference(input)).length;
}

export const g711Subjects: readonly Subject[] = [
  encoding('µ-law encode', 'encodeMulaw'),
  decoding('µ-law decode', 'decodeMulaw'),
  encoding('A-law encode', 'encodeAlaw'),
  decoding('A-law decode', 'decodeAlaw'),
];
