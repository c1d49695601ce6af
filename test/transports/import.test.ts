import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/** Prints every module that loading the main entry resolves. */
const LISTING = `
import { registerHooks } from 'node:module';
const urls = new Set();
registerHooks({ resolve(specifier, context, next) { const found = next(specifier, context); urls.add(found.url); return found; } });
await import(process.argv[1]);
console.log([...urls].join('\\n'));
`;

test('loading the main entry loads neither ws nor zod', () => {
  const entry = new URL('../../src/index.ts', import.meta.url).href;
  const args = ['--conditions=bargein-source', '--input-type=module', '--eval', LISTING, entry];
  const urls = execFileSync(process.execPath, args, {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    encoding: 'utf8',
  }).split('\n');
  expect(urls).toContain(new URL('../../src/realtime-session.ts', import.meta.url).href);
  expect(urls.filter((url) => url.includes('/node_modules/'))).toEqual([]);
});
