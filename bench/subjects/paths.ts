import { bytesFromPcm16, encodeBase64, encodeMulaw } from '../../src/audio/index.ts';
import { type CoreBuild, loadCore } from '../../src/wasm/core.ts';
import { g711Codecs } from '../competitors/g711.ts';
import { npmResamplers } from '../competitors/npm-resamplers.ts';
import { ownMicrophonePath, ownPlaybackPath, ownTelephonyIn, ownTelephonyOut } from '../competitors/own-paths.ts';
import {
  BASE64_FORMS,
  microphoneChain,
  type Parts,
  playbackChain,
  telephonyInChain,
  telephonyOutChain,
} from '../competitors/paths.ts';
import { noiseFloat, noisePcm16 } from '../corpus.ts';
import { allocatedObjects, HEAP_FLAGS } from '../heap.ts';
import { type Contender, type Facts, type Race, type Subject, type Survey, timed } from '../subject.ts';

/** 20 ms at each rate. */
const DEVICE = { rate: 48_000, frames: 960 };
const MODEL = { rate: 24_000, frames: 480 };
const PHONE = { rate: 8000, frames: 160 };

/** What the peers' chains resample with, and the codec in them: the fastest of their kind and quality. */
const PEER_RESAMPLER = 'speex wasm q5';
const PEER_CODEC = 'alawmulaw';

/** A path with one packet to work on, ready to be called again and again. */
interface Chain {
  readonly name: string;
  readonly convert: () => string | Float32Array;
}

interface Path {
  readonly name: string;
  readonly inputRate: number;
  readonly outputRate: number;
  readonly own: () => () => string | Float32Array;
  readonly peer: (parts: Parts) => () => string | Float32Array;
}

function on<Input, Output>(input: Input, convert: (input: Input) => Output): () => Output {
  return () => convert(input);
}

const deviceBlock = noiseFloat(DEVICE.frames);
const modelText = (): string => encodeBase64(bytesFromPcm16(noisePcm16(MODEL.frames)));
const phoneText = (): string => encodeBase64(encodeMulaw(noisePcm16(PHONE.frames)));

const PATHS: readonly Path[] = [
  {
    name: 'microphone',
    inputRate: DEVICE.rate,
    outputRate: MODEL.rate,
    own: () => on(deviceBlock, ownMicrophonePath(DEVICE.rate)),
    peer: (parts) => on(deviceBlock, microphoneChain(parts, DEVICE.frames)),
  },
  {
    name: 'playback',
    inputRate: MODEL.rate,
    outputRate: DEVICE.rate,
    own: () => on(modelText(), ownPlaybackPath(DEVICE.rate)),
    peer: (parts) => on(modelText(), playbackChain(parts, MODEL.frames)),
  },
  {
    name: 'telephony in',
    inputRate: PHONE.rate,
    outputRate: MODEL.rate,
    own: () => on(phoneText(), ownTelephonyIn()),
    peer: (parts) => on(phoneText(), telephonyInChain(parts, MODEL.frames)),
  },
  {
    name: 'telephony out',
    inputRate: MODEL.rate,
    outputRate: PHONE.rate,
    own: () => on(modelText(), ownTelephonyOut()),
    peer: (parts) => on(modelText(), telephonyOutChain(parts, MODEL.frames)),
  },
];

async function chainsOf(path: Path): Promise<Chain[]> {
  const own = { name: 'bargein', convert: path.own() };
  const resampler = (await npmResamplers()).find(({ name }) => name === PEER_RESAMPLER);
  const codec = (await g711Codecs()).find(({ name }) => name === PEER_CODEC);
  if (resampler === undefined || codec === undefined) return [own];
  const peers = BASE64_FORMS.map(async (base64) => ({
    name: `npm parts and ${base64.name}`,
    convert: path.peer({ base64, codec, resampler: await resampler.open(path.inputRate, path.outputRate) }),
  }));
  return [own, ...(await Promise.all(peers))];
}

function raceOf(path: Path): Race {
  return {
    kind: 'race',
    name: `path ${path.name}`,
    operation: '20 ms',
    isPerBuild: true,
    async prepare() {
      return (await chainsOf(path)).map(({ name, convert }): Contender => ({
        name,
        time: timed((times) => {
          for (let i = 0; i < times; i++) convert();
        }),
      }));
    },
  };
}

function allocationOf(path: Path): Survey {
  return {
    kind: 'survey',
    name: `path ${path.name}, allocation`,
    operation: 'bytes of the objects made for each 20 ms, with and without the text that is returned',
    isPerBuild: false,
    runs: 1,
    nodeFlags: HEAP_FLAGS,
    async survey(build: CoreBuild) {
      await loadCore(build);
      const findings = [];
      for (const { name, convert } of await chainsOf(path)) {
        findings.push({ contender: name, facts: await allocation(convert) });
      }
      return findings;
    },
  };
}

async function allocation(convert: () => string | Float32Array): Promise<Facts> {
  const result = convert();
  const textBytes = typeof result === 'string' ? await textBytesOf(result.length) : 0;
  let allocatedBytes = 0;
  let besidesTextBytes = 0;
  for (const [size, objects] of await allocatedObjects(convert)) {
    allocatedBytes += size * objects;
    // The sample counts are right to a few in a thousand: one text is one.
    besidesTextBytes += size * (size === textBytes ? Math.max(0, Math.round(objects) - 1) : objects);
  }
  return { allocatedBytes: Math.round(allocatedBytes), textBytes, besidesTextBytes: Math.round(besidesTextBytes) };
}

/** Size of a text of so many characters: of what is made for one, almost all. */
async function textBytesOf(characters: number): Promise<number> {
  const bytes = Buffer.alloc(characters, 'A');
  const objects = await allocatedObjects(() => bytes.toString('latin1'));
  const [size] = [...objects].toSorted(([a, aCount], [b, bCount]) => b * bCount - a * aCount)[0] ?? [0];
  return size;
}

export const pathSubjects: readonly Subject[] = PATHS.flatMap((path) => [raceOf(path), allocationOf(path)]);
