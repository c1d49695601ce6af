import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

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
    cwd: ROOT,
    encoding: 'utf8',
  }).split('\n');
  expect(urls).toContain(new URL('../../src/realtime-session.ts', import.meta.url).href);
  expect(urls.filter((url) => url.includes('/node_modules/'))).toEqual([]);
});

/** Holds a call over a socket in memory. */
const BUNDLED = `
import { OpenAIRealtimeWebSocket, RealtimeAgent, RealtimeSession } from './dist/index.js';
const socket = { readyState: 1, addEventListener() {}, send() {}, close() {} };
const transport = new OpenAIRealtimeWebSocket({ createWebSocket: async () => socket, skipOpenEventListeners: true });
const session = new RealtimeSession(new RealtimeAgent({ name: 'Front' }), { transport });
await session.connect({ apiKey: 'ek_test' });
const during = transport.status;
session.close();
console.log(during + ', then ' + transport.status);
`;

/** Says what of the code that runs a session is there: after the import, and after a session was asked for. */
const FIRST_SESSION = `
import { registerHooks } from 'node:module';
const urls = [];
registerHooks({ load(url, context, next) { urls.push(url); return next(url, context); } });
const isThere = () => urls.some((url) => url.endsWith('/dist/joined/call.js'));
const { RealtimeAgent, RealtimeSession } = await import('bargein');
const before = isThere();
let code;
try { RealtimeSession.resume([], { agents: [new RealtimeAgent({ name: 'Front' })] }); } catch (error) { code = error.code; }
console.log(JSON.stringify({ before, after: isThere(), code }));
`;

test('the built package loads the code that runs a session with the first one, which has it at once', () => {
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', FIRST_SESSION], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect(JSON.parse(printed)).toEqual({ before: false, after: true, code: 'ERR_JOURNAL_INCOMPLETE' });
});

test('a bundle for Node holds that code as well, and connects', async () => {
  const { outputFiles } = await build({
    stdin: { contents: BUNDLED, resolveDir: ROOT },
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['ws', 'zod'],
    write: false,
  });
  const [file] = outputFiles;
  const printed = execFileSync(process.execPath, ['--input-type=module', '-'], {
    cwd: ROOT,
    input: file?.text ?? '',
    encoding: 'utf8',
  });
  expect(printed.trim()).toBe('connected, then disconnected');
});

test('browsers may load the audio of the browser before the main entry', () => {
  const program = "await import('bargein/browser'); await import('bargein'); console.log('loaded')";
  const args = ['--conditions=browser', '--input-type=module', '--eval', program];
  expect(execFileSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' }).trim()).toBe('loaded');
});
