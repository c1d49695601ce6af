import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { clientEventSchemas } from '../../src/protocol/client-event-schemas.ts';
import type { TappedEvent } from '../../src/server/index.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, 'build', 'recorded-traffic');
/** Enough for the type of any text; what is cut is audio, and text that a test made long. */
const KEPT_CHARACTERS = 64;

const sent: TappedEvent[] = [];
const accepted: TappedEvent[] = [];

interface Outcome {
  readonly failed: boolean;
  readonly output: string;
}

function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const path = join(root, 'node_modules', '.bin', command);
    execFile(path, args, { cwd: root, env: { ...process.env, ...env } }, (error, stdout, stderr) => {
      resolve({ failed: error !== null, output: stdout + stderr });
    });
  });
}

/** Events that differ only in ids and in the rest of long texts are one to a type checker. */
function distinct(events: readonly TappedEvent[]): string[] {
  const shorten = (_key: string, value: unknown): unknown =>
    typeof value === 'string' ? value.replace(/_\d+_\d{6}$/, '_1_000001').slice(0, KEPT_CHARACTERS) : value;
  return [...new Set(events.map((event) => JSON.stringify(event, shorten)))];
}

function typesOf(events: readonly TappedEvent[]): string[] {
  return [...new Set(events.map(({ type }) => type))].toSorted();
}

/** Type-checks each event as a literal of its own, so that an unknown key is an error too. */
async function compile(
  events: readonly string[],
  type: 'ServerEventOnTheWire' | 'ClientEventOnTheWire',
): Promise<Outcome> {
  const file = [
    `import type { ${type} } from '../../test/types/on-the-wire.ts';`,
    ...events.map((event) => `(${event}) satisfies ${type};`),
  ];
  const compilerOptions = {
    rootDir: root,
    composite: false,
    noEmit: true,
    declaration: false,
    declarationMap: false,
    isolatedDeclarations: false,
    rewriteRelativeImportExtensions: false,
    allowImportingTsExtensions: true,
  };
  writeFileSync(join(folder, 'traffic.ts'), file.join('\n'));
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: '../../tsconfig.base.json', compilerOptions, files: ['traffic.ts'] }),
  );
  return run('tsc', ['-p', folder, '--pretty', 'false']);
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
    const events = distinct(sent);
    expect(events.length).toBeGreaterThan(500);
    const { output, failed } = await compile(events, 'ServerEventOnTheWire');
    expect(output.slice(0, 2000)).toBe('');
    expect(failed).toBe(false);
  });

  test('type-checks as events that the service takes', { timeout: 120_000 }, async () => {
    const events = distinct(accepted);
    expect(events.length).toBeGreaterThan(200);
    const { output, failed } = await compile(events, 'ClientEventOnTheWire');
    expect(output.slice(0, 2000)).toBe('');
    expect(failed).toBe(false);
  });

  test('is checked by a checker that sees what is wrong', { timeout: 120_000 }, async () => {
    const { output } = await compile(
      ['{"type":"input_audio_buffer.cleared","event_id":"e","why":1}', '{"type":"session.created","event_id":"e"}'],
      'ServerEventOnTheWire',
    );
    expect(output).toMatch(/'"why"' does not exist/);
    expect(output).toMatch(/'session' is missing/);
  });
});
