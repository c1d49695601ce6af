import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { clientEventSchemas } from '../../src/protocol/client-event-schemas.ts';
import type { TappedEvent } from '../../src/server/index.ts';
import { compileEvents, distinctEvents, run } from './event-compiler.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, 'build', 'recorded-traffic');
const sent: TappedEvent[] = [];
const accepted: TappedEvent[] = [];

function typesOf(events: readonly TappedEvent[]): string[] {
  return [...new Set(events.map(({ type }) => type))].toSorted();
}

beforeAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const recording = await run('vitest', ['run', '--config', 'test/server/vitest.recording.config.ts'], {
    BARGEIN_RECORD_TO: folder,
    BARGEIN_FUZZ_EVENTS: '5000',
  });
  expect(recording.failed, recording.output).toBe(false);
  for (const name of readdirSync(folder)) {
    const recorded = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Record<'sent' | 'accepted', TappedEvent[]>;
    sent.push(...recorded.sent);
    accepted.push(...recorded.accepted);
  }
}, 600_000);

describe('the traffic of every test of the server and of calls over every transport', () => {
  test('has each event that the server takes', () => {
    expect(typesOf(accepted)).toEqual(Object.keys(clientEventSchemas).toSorted());
    expect(typesOf(sent).length).toBeGreaterThan(25);
  });

  test('type-checks as events that the service sends', { timeout: 120_000 }, async () => {
    const events = distinctEvents(sent);
    expect(events.length).toBeGreaterThan(500);
    const { output, failed } = await compileEvents(folder, events, 'ServerEventOnTheWire');
    expect(output.slice(0, 2000)).toBe('');
    expect(failed).toBe(false);
  });

  test('type-checks as events that the service takes', { timeout: 120_000 }, async () => {
    const events = distinctEvents(accepted);
    expect(events.length).toBeGreaterThan(200);
    const { output, failed } = await compileEvents(folder, events, 'ClientEventOnTheWire');
    expect(output.slice(0, 2000)).toBe('');
    expect(failed).toBe(false);
  });

  test('is checked by a checker that sees what is wrong', { timeout: 120_000 }, async () => {
    const { output } = await compileEvents(
      folder,
      ['{"type":"input_audio_buffer.cleared","event_id":"e","why":1}', '{"type":"session.created","event_id":"e"}'],
      'ServerEventOnTheWire',
    );
    expect(output).toMatch(/'"why"' does not exist/);
    expect(output).toMatch(/'session' is missing/);
  });
});
