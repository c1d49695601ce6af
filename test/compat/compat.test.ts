// Both packages meet the same scripted server; what each did is a row of docs/compat.md. Make the page again with
// UPDATE_COMPAT=1.

import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { logger } from '../../src/logger.ts';
import { callRows } from './calls.ts';
import { configuration } from './configuration.ts';
import { decisions } from './decisions.ts';
import { parity } from './parity.ts';
import { pastSession } from './past-session.ts';
import type { Row } from './row.ts';
import { sides } from './side.ts';
import { surface } from './surface.ts';
import { weather } from './weather.ts';

const PAGE = new URL('../../docs/compat.md', import.meta.url);
const facts = new Map<Row, readonly string[]>();

beforeEach(() => {
  vi.useFakeTimers({
    now: 1_000_000,
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
  });
  for (const method of ['error', 'warn'] as const) vi.spyOn(logger, method).mockImplementation(() => {});
  for (const method of ['error', 'warn', 'debug'] as const) vi.spyOn(console, method).mockImplementation(() => {});
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const rows = [...configuration, ...parity, ...decisions, ...pastSession, ...callRows, ...surface, ...weather];

test.each(rows)('$name', async (row) => {
  const seen: string[] = [];
  for (const side of sides) seen.push(await row.observe(side));
  facts.set(row, seen);
  const [theirs, own] = seen;
  if (row.better === undefined) expect(own).toBe(theirs);
  else expect(own).not.toBe(theirs);
});

test('docs/compat.md shows what was seen', () => {
  expect(facts.size).toBe(rows.length);
  const page = render();
  if (process.env['UPDATE_COMPAT'] !== undefined) writeFileSync(PAGE, page);
  expect(readFileSync(PAGE, 'utf8')).toBe(page);
});

function render(): string {
  const equal = [...facts].filter(([row]) => row.better === undefined);
  const better = [...facts].filter(([row]) => row.better !== undefined);
  return [
    '# Beside @openai/agents-realtime 0.20.0',
    '',
    'Both packages meet the same scripted server in `test/compat`; this page says what each did, and a test fails when it is',
    `no longer true. ${equal.length} rows are equal, ${better.length} differ on purpose.`,
    '',
    '## The same',
    '',
    '| behaviour | both |',
    '| --- | --- |',
    ...equal.map(([{ name }, [fact = '']]) => `| ${cell(name)} | ${code(fact)} |`),
    '',
    '## Different, and why',
    '',
    '| behaviour | @openai/agents-realtime | bargein | why |',
    '| --- | --- | --- | --- |',
    ...better.map(
      ([{ name, better: why = '' }, [theirs = '', own = '']]) =>
        `| ${cell(name)} | ${code(theirs)} | ${code(own)} | ${cell(why)} |`,
    ),
    '',
  ].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function code(text: string): string {
  return text === '' ? 'nothing' : `\`${cell(text)}\``;
}
