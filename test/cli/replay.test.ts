import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import { compareDecisions } from '../../src/cli/replay/decisions.ts';
import { replayCall } from '../../src/cli/replay/replayed-call.ts';
import { replay } from '../../src/cli/replay/replay.ts';
import { trace } from '../../src/cli/replay/trace.ts';
import { readWireFile } from '../../src/cli/replay/wire-file.ts';
import { wireCallRecord } from '../../src/cli/replay/wire-record.ts';
import type { WireLogLine } from '../../src/cli/wire-log.ts';
import { OpenAIRealtimeWebSocket, RealtimeAgent, RealtimeSession, tool } from '../../src/index.ts';
import { createRealtimeServer } from '../../src/server/index.ts';
import { connectInMemory } from '../../src/server/memory-socket.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { toneVoice } from '../server/scripted-client.ts';
import { recordedTerminal } from './recorded-terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'bargein-replay-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A call with a tool, and a barge-in by the app two seconds into an answer of eight. */
async function recordedCall(): Promise<WireLogLine[]> {
  const lines: WireLogLine[] = [];
  const clock = new VirtualClock(async () => {
    for (let turn = 0; turn < 4; turn++) await setImmediate();
  });
  const server = createRealtimeServer({
    clock,
    voice: toneVoice,
    scenario: {
      turns: [
        {
          replies: [
            [{ call: 'weather', arguments: { city: 'Riga' } }],
            [{ say: 'It is sunny in Riga, and it will be for days to come.' }],
          ],
        },
      ],
    },
    onEvent: (direction, event, atMs, { sessionId: session, bytes }) =>
      lines.push({ atMs, direction, session, bytes, event }),
  });
  const weather = tool({
    name: 'weather',
    description: 'Weather of a city.',
    parameters: z.object({ city: z.string() }),
    execute: () => 'sunny',
  });
  const transport = new OpenAIRealtimeWebSocket({ clock, createWebSocket: async () => connectInMemory(server, clock) });
  const session = new RealtimeSession(new RealtimeAgent({ name: 'Ann', tools: [weather] }), { transport, clock });
  await clock.runUntil(session.connect({ apiKey: 'local' }));
  session.on('audio_start', () => clock.schedule(500, () => session.interrupt()));
  session.sendMessage('The weather?');
  await clock.advance(8_000);
  session.close();
  await clock.runUntil(server.close());
  return lines;
}

const recorded = recordedCall();

function fileOf(lines: readonly unknown[]): string {
  const path = join(folder, `wire-${Math.abs(lines.length)}.jsonl`);
  writeFileSync(path, lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'));
  return path;
}

test('a recorded call leads to the same decisions once more', async () => {
  const lines = await recorded;
  const counts = compareDecisions(lines, replayCall(lines));
  expect(counts).toEqual([
    { type: 'response.create', recorded: 2, replayed: 2 },
    { type: 'response.cancel', recorded: 1, replayed: 1 },
    { type: 'conversation.item.truncate', recorded: 1, replayed: 1 },
  ]);
});

test('a replay prints what the session decides, with the time', async () => {
  const screen = recordedTerminal();
  expect(replay(fileOf(await recorded), screen)).toBe(true);
  const text = screen.lines.join('\n');
  expect(text).toMatch(/callPrepared .*runs weather \{"city":"Riga"\}/);
  expect(text).toMatch(/gives weather its output: sunny/);
  expect(text).toMatch(/response\.create +2 +as recorded/);
  const [told] = screen.records as [{ decisions: unknown[]; counts: unknown[] }];
  expect(told.decisions).toContainEqual({
    atMs: expect.any(Number),
    cause: 'callPrepared',
    decided: 'runs weather {"city":"Riga"}',
  });
  expect(told.counts).toContainEqual({ type: 'response.create', recorded: 2, replayed: 2 });
});

test('a trace shows what was received, heard, cut and run', async () => {
  const lines = await recorded;
  const record = wireCallRecord(lines);
  const [cut] = record.truncations;
  const heard = record.heard.find(({ itemId }) => itemId === cut?.itemId);
  expect(record.tools).toMatchObject([{ label: 'weather' }]);
  expect(((heard?.endFrame ?? 0) - (heard?.startFrame ?? 0)) / 24).toBeCloseTo(cut?.audioEndMs ?? -1, 0);

  const screen = recordedTerminal();
  trace(fileOf(lines), folder, screen);
  const session = lines[0]?.session ?? '';
  expect(screen.records).toEqual([
    { session, timeline: join(folder, `${session}.svg`), trace: join(folder, `${session}.trace.json`) },
  ]);
  expect(readFileSync(join(folder, `${session}.svg`), 'utf8')).toContain('never heard');
  const { traceEvents } = JSON.parse(readFileSync(join(folder, `${session}.trace.json`), 'utf8')) as {
    traceEvents: { name: string }[];
  };
  expect(traceEvents.map(({ name }) => name)).toEqual(expect.arrayContaining(['weather', 'truncate', 'response']));
});

test.each([
  ['a line that is no JSON', '{"atMs":'],
  ['a line that is something else', '{"level":"info"}'],
])('a file with %s is refused, and the line named', (_what, line) => {
  expect(() => readWireFile(fileOf([line]))).toThrow(
    expect.objectContaining({ code: 'ERR_WIRE_LOG', message: expect.stringMatching(/line 1/) }),
  );
});

test('a file that is not there is refused', () => {
  expect(() => readWireFile(join(folder, 'none'))).toThrow(expect.objectContaining({ code: 'ERR_WIRE_LOG' }));
});
