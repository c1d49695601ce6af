import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { doctor, examine } from '../../src/cli/doctor/doctor.ts';
import { endpointFinding } from '../../src/cli/doctor/endpoint.ts';
import type { Finding, Subject, Surroundings } from '../../src/cli/doctor/finding.ts';
import { createRealtimeServer, type RealtimeServer } from '../../src/server/index.ts';
import { inputOf, recordedTerminal } from './recorded-terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'bargein-doctor-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A folder with programs, or sound devices, of these names. */
function folderWith(...names: readonly string[]): string {
  const path = mkdtempSync(join(folder, 'some-'));
  for (const name of names) {
    writeFileSync(join(path, name), '');
    chmodSync(join(path, name), 0o755);
  }
  return path;
}

const WELL: Surroundings = {
  nodeVersion: 'v24.0.0',
  platform: 'linux',
  environment: { PATH: folderWith('chromium', 'rec', 'play') },
  soundFolder: folderWith('pcmC0D0c', 'pcmC0D0p'),
  packageVersion: () => '1.2.3',
  audioBuild: 'relaxed',
  hasSharedMemory: true,
  nowMs: Date.now,
};

async function listening(server: Server): Promise<URL> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return new URL(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/v1/realtime`);
}

async function realtime(options: Parameters<typeof createRealtimeServer>[0] = {}): Promise<URL> {
  const server: RealtimeServer = createRealtimeServer(options);
  const { url } = await server.listen({ port: 0 });
  onTestFinished(() => server.close());
  return new URL(url);
}

async function findingOf(subject: Subject, changed: Partial<Surroundings> = {}): Promise<Finding | undefined> {
  const findings = await examine({ ...WELL, ...changed }, new URL('ws://127.0.0.1:1/v1/realtime'));
  return findings.find((finding) => finding.subject === subject);
}

describe('the doctor', () => {
  test('finds a machine well on which everything is there, each thing in one finding', async () => {
    const findings = await examine(WELL, await realtime());
    expect(findings.map(({ subject, verdict, advice }) => ({ subject, verdict, advice }))).toEqual(
      ['node', 'packages', 'wasm', 'browser', 'sound', 'key', 'endpoint', 'clock'].map((subject) => ({
        subject,
        verdict: 'ok',
        advice: null,
      })),
    );
  });

  const without = (missing: string) => (name: string) => (name === missing ? null : '1.2.3');
  test.each<[Subject, Finding['verdict'], Partial<Surroundings>, RegExp]>([
    ['node', 'problem', { nodeVersion: 'v22.11.0' }, /Node v22\.11\.0 → install Node 22\.12/],
    ['node', 'problem', { nodeVersion: 'v20.19.0' }, /install Node/],
    [
      'packages',
      'problem',
      { packageVersion: without('zod') },
      /bargein 1\.2\.3, .* → npm install .*zod \(every session\)/,
    ],
    ['packages', 'warning', { packageVersion: without('werift') }, /werift \(the same without native code\)/],
    ['wasm', 'warning', { audioBuild: 'scalar' }, /without SIMD, shared memory → call await loadCore\(\)/],
    ['wasm', 'ok', { audioBuild: 'simd' }, /^SIMD, not relaxed SIMD, shared memory → null/],
    ['wasm', 'warning', { hasSharedMemory: false }, /no shared memory → start Node without/],
    ['browser', 'warning', { environment: { PATH: folderWith('rec') } }, /none on the PATH → install Chromium/],
    ['sound', 'warning', { environment: { PATH: folderWith('play') } }, /through none, .* → install SoX or FFmpeg/],
    ['sound', 'warning', { environment: { PATH: folderWith('rec') } }, /speaker through none → install SoX/],
    ['sound', 'warning', { soundFolder: folderWith('pcmC0D0p') }, /but no microphone → connect one/],
    ['sound', 'warning', { soundFolder: folderWith('pcmC0D0c') }, /nothing to play through → connect a speaker/],
    ['sound', 'ok', { platform: 'darwin', soundFolder: '/none' }, /microphone through rec, speaker through play/],
    ['key', 'ok', { environment: { OPENAI_API_KEY: 'sk-secret' } }, /a secret key \(sk-…\)/],
    ['key', 'warning', { environment: { OPENAI_API_KEY: 'ek_secret' } }, /ephemeral key \(ek_…\) → it expires/],
    ['key', 'problem', { environment: { OPENAI_API_KEY: 'secret' } }, /neither sk-… nor ek_… → copy it again/],
    ['key', 'problem', { environment: { OPENAI_API_KEY: '"sk-secret"' } }, /blanks or quotes/],
  ])('%s: %s with %j', async (subject, verdict, changed, text) => {
    const finding = await findingOf(subject, changed);
    expect(finding?.verdict).toBe(verdict);
    expect(`${finding?.found} → ${finding?.advice}`).toMatch(text);
    expect(JSON.stringify(finding)).not.toContain('secret"');
  });

  test('a browser may be where CHROME_PATH says', async () => {
    const path = join(folderWith('my-chrome'), 'my-chrome');
    expect(await findingOf('browser', { environment: { PATH: '', CHROME_PATH: path } })).toMatchObject({ found: path });
  });
});

describe('the endpoint', () => {
  const answering = (answer: RequestListener): Promise<URL> => listening(createHttpServer(answer));

  test('is fine where a session opens', async () => {
    expect(await endpointFinding(await realtime(), '')).toMatchObject({
      verdict: 'ok',
      found: expect.stringMatching(/^127\.0\.0\.1:\d+: TCP in \d+ ms, WebSocket in \d+ ms$/),
    });
  });

  test('is fine where a key is wanted and there is none, and not where the key is refused', async () => {
    const url = await realtime({ apiKey: 'the right one' });
    expect(await endpointFinding(url, '')).toMatchObject({
      verdict: 'ok',
      found: expect.stringMatching(/wants a key$/),
    });
    const refused = await endpointFinding(url, 'sk-secret');
    expect(refused).toMatchObject({ verdict: 'problem', found: expect.stringMatching(/refuses the key \(HTTP 401\)/) });
    expect(JSON.stringify(refused)).not.toContain('secret');
  });

  test.each<[string, () => Promise<URL>, RegExp]>([
    ['nobody listens', async () => new URL('ws://127.0.0.1:1/'), /TCP failed \(ECONNREFUSED\) → .*npx bargein serve/],
    [
      'the name is unknown',
      async () => new URL('ws://nowhere.invalid/'),
      /TCP failed \((ENOTFOUND|EAI_AGAIN)\) → the name/,
    ],
    [
      'there is no TLS',
      async () => new URL((await realtime()).href.replace('ws:', 'wss:')),
      /TCP in \d+ ms, TLS failed .* → see to the certificate/,
    ],
    [
      'the path is another',
      () => answering((_, response) => response.writeHead(404).end()),
      /no WebSocket \(HTTP 404\) → correct the path/,
    ],
    [
      'something else listens',
      () => listening(createServer((socket) => void socket.on('error', () => {}).end('220 mail\r\n'))),
      /no WebSocket \(.+\) → something else listens there/,
    ],
  ])('is a problem when %s', async (_, start, text) => {
    const { verdict, found, advice } = await endpointFinding(await start(), '');
    expect(verdict).toBe('problem');
    expect(`${found} → ${advice}`).toMatch(text);
  });

  test('gets no key of OpenAI, wherever else it is', async () => {
    const seen: (string | undefined)[] = [];
    const url = await answering((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(401).end();
    });
    await examine({ ...WELL, environment: { ...WELL.environment, OPENAI_API_KEY: 'sk-secret' } }, url);
    expect(seen.length).toBeGreaterThanOrEqual(2);
    expect(new Set(seen)).toEqual(new Set([undefined]));
  });
});

describe('the clock', () => {
  test.each([
    [0, 'ok', /^agrees with/],
    [20_000, 'warning', /^(19|20|21) s ahead of/],
    [-3_600_000, 'problem', /^(3599|3600|3601) s behind/],
  ] as const)('that is off by %i ms: %s', async (skewMs, verdict, found) => {
    const findings = await examine({ ...WELL, nowMs: () => Date.now() + skewMs }, await realtime());
    expect(findings.find(({ subject }) => subject === 'clock')).toMatchObject({
      verdict,
      found: expect.stringMatching(found),
    });
  });
});

test('the command says each thing to people and to programs, and whether all is well', async () => {
  const url = await realtime();
  const terminal = recordedTerminal();
  expect(await doctor(inputOf(['doctor', '--url', url.href], { PATH: '' }, terminal))).toBe(true);
  expect(terminal.lines.join('\n')).toMatch(/^ok +node +Node v/);
  expect(terminal.lines.join('\n')).toMatch(/warning +browser +none on the PATH\n +→ install Chromium/);
  expect(terminal.records).toMatchObject([
    { ok: true, findings: [{ subject: 'node', verdict: 'ok', advice: null }, {}, {}, {}, {}, {}, {}, {}] },
  ]);
  const down = inputOf(['doctor', '--url', 'ws://127.0.0.1:1/'], { PATH: '' }, terminal);
  expect(await doctor(down)).toBe(false);
  await expect(doctor(inputOf(['doctor', '--url', 'http://x']))).rejects.toMatchObject({ code: 'ERR_COMMAND' });
});
