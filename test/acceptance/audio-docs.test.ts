// The examples of docs/audio.md, compiled and run as they stand against the built package.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';

const FOLDER = 'out/audio-docs';
const EXAMPLES = [...readFileSync('docs/audio.md', 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)].map(
  ([, example = ''], i) => ({ file: `${FOLDER}/example-${i + 1}.ts`, text: example }),
);

beforeAll(() => {
  // Inside the package, so that they import it by name.
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  for (const { file, text } of EXAMPLES) writeFileSync(file, text);
  const compilerOptions = {
    strict: true,
    noEmit: true,
    target: 'esnext',
    module: 'nodenext',
    lib: ['esnext'],
    types: ['node'],
    skipLibCheck: true,
  };
  writeFileSync(`${FOLDER}/tsconfig.json`, JSON.stringify({ compilerOptions, include: ['*.ts'] }));
});

test('compile', () => {
  expect(EXAMPLES.length).toBeGreaterThanOrEqual(3);
  expect(execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', FOLDER], { encoding: 'utf8' })).toBe(
    '',
  );
});

test.each([
  ['whole voice paths', 0, /^(1280 characters, 960 frames, -Infinity dBFS\n){3}$/],
  ['parts', 1, /^-3\.01 -?0\.0\n-3\.1 0 8000\n48000\n$/],
  ['streams', 2, /^1280\n1280\n(\d+\n)+$/],
])('print what they promise: %s', (_, index, output) => {
  const file = EXAMPLES[index]?.file ?? '';
  expect(execFileSync(process.execPath, [file], { encoding: 'utf8' })).toMatch(output);
});
