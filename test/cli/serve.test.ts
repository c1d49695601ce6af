import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startServing, type ServeOptions } from '../../src/cli/serve.ts';
import { readServeFlags } from '../../src/cli/serve-flags.ts';
import { planServer } from '../../src/cli/serve-parts.ts';
import type { WireLogLine } from '../../src/cli/wire-log.ts';
import { inputOf, recordedTerminal } from './recorded-terminal.ts';
import { freePort } from '../free-port.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bargein-serve-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function scenarioFile(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

/** Serves, holds one written turn, and gives what was printed. */
async function serveTurn(
  options: Partial<ServeOptions>,
): Promise<{ lines: string[]; records: unknown[]; said: string }> {
  const terminal = recordedTerminal();
  const served = await startServing({
    port: 0,
    host: '127.0.0.1',
    isLogging: false,
    recordPath: undefined,
    parts: { faults: [], ears: 'scripted' },
    terminal,
    ...options,
  });
  const socket = new WebSocket(served.url, {
    headers: { authorization: `Bearer ${options.parts?.apiKey ?? 'local'}` },
  });
  const said = await new Promise<string>((resolve) => {
    socket.on('message', (frame) => {
      const event = JSON.parse((frame as Buffer).toString()) as { type: string; text?: string };
      if (event.type === 'response.output_text.done') resolve(event.text ?? '');
    });
    socket.once('open', () => {
      for (const event of [
        { type: 'session.update', session: { type: 'realtime', output_modalities: ['text'] } },
        {
          type: 'conversation.item.create',
          item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] },
        },
        { type: 'response.create' },
      ]) {
        socket.send(JSON.stringify(event));
      }
    });
  });
  await served.close();
  return { lines: terminal.lines, records: terminal.records, said };
}

describe('serve', () => {
  test('says what it is, where, and how to connect', async () => {
    const { lines, said } = await serveTurn({});
    expect(said).toBe('I heard you say: Hi');
    const url = /ws:\S+/.exec(lines[0] ?? '')?.[0];
    expect(lines.at(-1)).toBe(`  await session.connect({ apiKey: 'local', url: '${url}' });`);
    expect(lines.join('\n')).toMatch(/ears .*\n {2}brain .*\n {2}voice .*\n {2}faults {2}none/);
  });

  test('answers from a scenario file, logs each event with time, direction and size, and records it', async () => {
    const scenario = await scenarioFile('good.json', '{"turns":[{"replies":[[{"say":"Welcome."}]]}]}');
    const recordPath = join(folder, 'wire.jsonl');
    const { lines, records, said } = await serveTurn({ isLogging: true, recordPath, parts: { faults: [], scenario } });
    expect(said).toBe('Welcome.');
    expect(records[0]).toMatchObject({ type: 'listening', url: expect.stringMatching(/^ws:/), record: recordPath });
    expect(records[1]).toMatchObject({ type: 'event', direction: 'out', event: 'session.created' });
    const logged = lines.filter((line) => /^ *\d+\.\d{3} s [←→] +\d+ k?B {2}[a-z_.]+ sess_/.test(line));
    const recorded = (await readFile(recordPath, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as WireLogLine);
    expect(recorded.map(({ event }) => event['type'])).toEqual(
      logged.map((line) => / {2}([a-z_.]+) sess_/.exec(line)?.[1]),
    );
    expect(recorded[0]).toMatchObject({ atMs: 0, direction: 'out', event: { type: 'session.created' } });
    expect(recorded[1]).toMatchObject({ direction: 'in', event: { type: 'session.update' } });
    for (const { bytes, event } of recorded) expect(bytes).toBe(Buffer.byteLength(JSON.stringify(event)));
  });

  test('starts with the faults that it is told', async () => {
    const { lines } = await serveTurn({ parts: { faults: ['delay:1', 'jitter:2'], ears: 'scripted' } });
    expect(lines.join('\n')).toContain('faults  delay:1, jitter:2');
  });

  test('asks for its key and does not show it', async () => {
    const { lines, said } = await serveTurn({ parts: { faults: [], ears: 'scripted', apiKey: 'sk-secret' } });
    expect(said).toBe('I heard you say: Hi');
    expect(lines.at(-1)).toContain('apiKey: process.env.BARGEIN_API_KEY');
    expect(lines.join('\n')).not.toContain('sk-secret');
  });

  test('says in one sentence that a port is in use, and leaves the recording of whoever has it alone', async () => {
    const recordPath = await scenarioFile('kept.jsonl', 'kept');
    const terminal = recordedTerminal();
    const options: ServeOptions = {
      port: 0,
      host: '127.0.0.1',
      isLogging: false,
      recordPath: undefined,
      parts: { faults: [], ears: 'scripted' },
      terminal,
    };
    const first = await startServing(options);
    const port = Number(new URL(first.url).port);
    await expect(startServing({ ...options, port, recordPath })).rejects.toMatchObject({
      code: 'ERR_LISTEN',
      message: `can't listen on 127.0.0.1:${port}: the port is in use; choose another, or 0 for a free one`,
    });
    expect(await readFile(recordPath, 'utf8')).toBe('kept');
    await first.close();
  });

  test('frees its port when it can not record', async () => {
    const port = await freePort();
    const recordPath = join(folder, 'no-such-folder', 'wire.jsonl');
    await expect(serveTurn({ port, recordPath })).rejects.toMatchObject({ code: 'ERR_WIRE_LOG' });
    expect((await serveTurn({ port })).said).toBe('I heard you say: Hi');
  });

  test('refuses a public address without a key', async () => {
    await expect(serveTurn({ host: '0.0.0.0' })).rejects.toMatchObject({ code: 'ERR_PUBLIC_WITHOUT_KEY' });
  });
});

describe('the flags of serve', () => {
  const read = (args: readonly string[], environment: Readonly<Record<string, string>> = {}): ServeOptions =>
    readServeFlags(inputOf(['serve', ...args], environment));

  test.each([
    [['--port', 'abc'], '--port must be a whole number of 0 to 65535 (0 takes a free one), got "abc"'],
    [['--port='], '--port must'],
    [['--port', '65536'], '--port must'],
    [['--port', '80.5'], '--port must'],
    [['--port', '1', '--port', '2'], '--port may be given once, got ["1","2"]'],
    [['--session-minutes', 'x'], '--session-minutes must be above 0 and 35791 at most, got "x"'],
    [['--session-minutes', '0'], '--session-minutes must'],
    [['--scenario', 'a.json', '--scenario', 'b.json'], '--scenario may be given once, got ["a.json","b.json"]'],
  ])('%j is refused', (args, message) => {
    expect(() => read(args)).toThrow(message);
  });

  test('texts stay texts even when they look like numbers, and faults may be repeated', () => {
    const { port, recordPath, parts } = read(
      '--port 0 --record 7 --brain-model 4 --session-minutes 5 --fault delay:80 --fault 429'.split(' '),
    );
    expect({ port, recordPath }).toEqual({ port: 0, recordPath: '7' });
    expect(parts).toEqual({ brainModel: '4', sessionMinutes: 5, faults: ['delay:80', '429'] });
  });

  test('keys come from the environment; an empty one is none', () => {
    expect(read([], { BARGEIN_API_KEY: 'k', BARGEIN_BACKEND_KEY: '' }).parts).toEqual({ apiKey: 'k', faults: [] });
  });
});

describe('the parts of a served server', () => {
  test.each([
    [{ brain: 'http://127.0.0.1:1/v1' }, '--brain-model'],
    [{ ears: 'whisper' }, 'auto, scripted, pocketsphinx'],
    [{ brain: 'gpt' }, 'scripted'],
    [{ voice: 'alloy' }, 'flite'],
    [{ webrtc: 'wrtc' }, '--webrtc is node-datachannel or werift; got "wrtc"'],
    [{ faults: ['dely:3'] }, 'no such fault'],
    [{ scenario: 'none.json' }, 'none.json'],
  ])('%j is refused', async (parts, message) => {
    await expect(planServer({ faults: [], ...parts })).rejects.toThrow(message);
  });

  test('a scenario file that is wrong is named, with the place', async () => {
    const scenario = await scenarioFile('bad.json', '{"turns":[{"replys":[]}]}');
    await expect(planServer({ faults: [], scenario })).rejects.toThrow(/bad\.json: scenario\.turns\.0/);
    const noJson = await scenarioFile('no.json', 'turns:');
    await expect(planServer({ faults: [], scenario: noJson })).rejects.toThrow(/no\.json: /);
  });

  test('back ends are used where a URL is given', async () => {
    const url = 'http://127.0.0.1:9/v1';
    const plan = await planServer({
      faults: [],
      ears: url,
      earsModel: 'a',
      brain: url,
      brainModel: 'b',
      voice: url,
      voiceModel: 'c',
    });
    expect([plan.ears, plan.brain, plan.voice]).toEqual([
      `transcriptions of ${url}`,
      `chat completions of ${url}`,
      `speech of ${url}`,
    ]);
    expect(Object.keys(plan.options).toSorted()).toEqual(['brain', 'ears', 'voice']);
  });
});
