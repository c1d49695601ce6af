// The built command line, in a process of its own: what it prints where, and how it ends.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { helpFor, overview } from '../../src/cli/help.ts';
import { nearest } from '../../src/cli/nearest.ts';
import { commandNamed, parseCommand } from '../../src/cli/parse-command.ts';
import { openTerminal } from '../../src/cli/terminal.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const COMMAND = ['--conditions=bargein-source', MAIN];
const ENVIRONMENT = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, BARGEIN_API_KEY: '' };
const docs = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8');

const run = (...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> =>
  new Promise((resolve) => {
    const child = execFile(process.execPath, [...COMMAND, ...args], { env: ENVIRONMENT }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });

describe('the command line', () => {
  test('--version prints the version, --help the commands', async () => {
    const [version, help] = await Promise.all([run('--version'), run('--help')]);
    expect(version).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(/^bargein\/\d+\.\d+\.\d+ .*\n$/),
    });
    expect(help).toMatchObject({ code: 0, stderr: '' });
    for (const { name, summary } of COMMANDS)
      expect(help.stdout).toMatch(new RegExp(`^  ${name} +${summary.slice(0, 40)}`, 'm'));
  });

  test.each([
    [['serve', '--port', 'abc'], 2, '--port must be a whole number'],
    [['serve', '--prot', '1'], 2, 'serve has no --prot, did you mean --port? bargein serve --help lists its flags'],
    [['swerve'], 2, 'there is no command "swerve", did you mean serve? bargein --help lists them'],
    [['serve', '--host', '0.0.0.0'], 1, 'can be reached from other machines: set an API key'],
    [['replay', 'no-such-file.jsonl', '--json'], 1, 'no-such-file.jsonl'],
  ])('%j ends with %i and one line on standard error', async (args, exitCode, message) => {
    const { code, stdout, stderr } = await run(...args);
    expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  test('a server prints JSON alone with --json, and ends with 0 when it is told to stop', async () => {
    const child = spawn(process.execPath, [...COMMAND, 'serve', '--port', '0', '--json'], { env: ENVIRONMENT });
    const ended = once(child, 'exit');
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    expect(JSON.parse(line)).toMatchObject({ type: 'listening', url: expect.stringMatching(/^ws:/), faults: [] });
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });
});

describe('a line', () => {
  const read = (...line: string[]): ReturnType<typeof parseCommand> =>
    parseCommand(commandNamed(COMMANDS, line[0] ?? ''), line.slice(1));

  test('may have its flags anywhere, with = or a blank before the value', () => {
    const { words, switches, values } = read('trace', '--json', 'a.jsonl', '--out=here');
    expect({ words, switches: [...switches], values: [...values] }).toEqual({
      words: ['a.jsonl'],
      switches: ['json'],
      values: [['out', ['here']]],
    });
  });

  test.each([
    [['replay'], 'something is missing: bargein replay <file>'],
    [['replay', 'a', 'b'], '"b" is too much: bargein replay <file>'],
    [['demo', 'now'], '"now" is too much: bargein demo'],
    [['bench', '--filter'], '--filter needs a value: --filter <text>'],
    [['demo', '--fast=no'], '--fast takes no value, got "no"'],
    [['bench', '-x'], 'bench has no -x; bargein bench --help lists its flags'],
  ])('%j is refused', (line, message) => {
    expect(() => read(...line)).toThrow(expect.objectContaining({ code: 'ERR_COMMAND', message }));
  });

  test('--help is answered whatever else is missing', () => {
    expect(read('replay', '--help').switches).toContain('help');
  });

  test('the nearest name is the one with the fewest mistakes, if it is near', () => {
    expect(nearest('--sesion-minute', ['--session-minutes', '--scenario'])).toBe('--session-minutes');
    expect(nearest('--prot', ['--port', '--host'])).toBe('--port');
    expect(nearest('--zzz', ['--port', '--host'])).toBeNull();
  });
});

describe('a terminal', () => {
  const stream = (isTTY: boolean) => {
    const written: string[] = [];
    return { written, isTTY, columns: 10, write: (text: string) => written.push(text) > 0 };
  };

  test('keeps progress on standard error, cut to its width, and takes it away before a line', () => {
    const [out, status] = [stream(true), stream(true)];
    const terminal = openTerminal(false, { out, status });
    terminal.status('measuring the meter');
    terminal.line('done');
    expect(out.written).toEqual(['done\n']);
    expect(status.written).toEqual(['measuring', '\r\u001b[2K']);
  });

  test('shows no progress where nobody watches', () => {
    const [out, status] = [stream(true), stream(false)];
    openTerminal(false, { out, status }).status('measuring');
    expect(status.written).toEqual([]);
  });

  test('prints records as JSON lines, or lines, never both', () => {
    const told = (isJson: boolean): string[] => {
      const out = stream(false);
      const terminal = openTerminal(isJson, { out, status: stream(false) });
      terminal.line('text');
      terminal.record({ a: 1 });
      return out.written;
    };
    expect(told(false)).toEqual(['text\n']);
    expect(told(true)).toEqual(['{"a":1}\n']);
  });
});

describe('docs/cli.md', () => {
  const printed = [...docs.matchAll(/^```text\n(bargein [\s\S]*?)^```$/gm)].map(([, text]) => text);

  test('shows what --help prints, of bargein and of every command', () => {
    expect(printed).toEqual([overview(COMMANDS, '0.1.0'), ...COMMANDS.map(helpFor)]);
  });

  test('says of every command what it prints with --json', () => {
    for (const { name } of COMMANDS) expect(docs).toMatch(new RegExp(`^\\| \`${name}[ \`]`, 'm'));
  });

  test('every example in --help is a line that can be meant', () => {
    for (const { examples } of COMMANDS) {
      for (const [line] of examples) {
        const [name = '', ...args] = line.split(' ');
        expect(() => parseCommand(commandNamed(COMMANDS, name), args)).not.toThrow();
      }
    }
  });
});
