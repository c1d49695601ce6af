// The examples of docs/audio.md, run as they stand against the built package.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { examplesOf } from '../docs/examples.ts';

// Inside the package, so that they import it by name.
const FOLDER = 'out/audio-docs';
const EXAMPLES = examplesOf('docs/audio.md');

test.each([
  ['whole voice paths', 0, /^(1280 characters, 960 frames, -Infinity dBFS\n){3}$/],
  ['parts', 1, /^-3\.01 -?0\.0\n-3\.1 0 8000\n48000\n$/],
  ['streams', 2, /^1280\n1280\n(\d+\n)+$/],
])('print what they promise: %s', (_, index, output) => {
  const file = `${FOLDER}/example-${index + 1}.ts`;
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(file, EXAMPLES[index] ?? '');
  expect(execFileSync(process.execPath, [file], { encoding: 'utf8' })).toMatch(output);
});
