import type { Command, Flag } from './command.ts';

const WIDTH = 100;
const JSON_FLAG: Flag = { text: 'Print JSON, and nothing else, to standard output' };
const HELP_FLAG: Flag = { text: 'Print this' };

/** What `bargein --help` prints. */
export function overview(commands: readonly Command[], version: string): string {
  const rows = commands.map(({ name, summary }) => [name, summary] as const);
  return [
    `bargein ${version}: realtime voice in which the model never believes you heard what you did not`,
    '',
    '  bargein <command> [flags]',
    '',
    'Commands',
    ...table(rows),
    '',
    '  bargein <command> --help has the flags and examples of a command.',
    '  Results go to standard output, progress and errors to standard error; NO_COLOR turns colours off.',
    '  Exit codes: 0 done, 1 failed or a check does not hold, 2 wrong command line.',
    '',
  ].join('\n');
}

/** What `bargein <command> --help` prints. */
export function helpFor({ name, summary, operands, flags, examples }: Command): string {
  const rows = Object.entries({ ...flags, json: JSON_FLAG, help: HELP_FLAG }).map(
    ([flag, { value, text, default: preset }]) =>
      [
        value === undefined ? `--${flag}` : `--${flag} <${value}>`,
        preset === undefined ? text : `${text} (default: ${preset})`,
      ] as const,
  );
  return [
    `bargein ${name}: ${summary}`,
    '',
    `  bargein ${name} ${operands === undefined ? '' : `${operands} `}[flags]`,
    '',
    'Flags',
    ...table(rows),
    '',
    'Examples',
    ...examples.flatMap(([line, what]) => [`  bargein ${line}`, `      ${what}`]),
    '',
  ].join('\n');
}

function table(rows: readonly (readonly [name: string, text: string])[]): string[] {
  const column = Math.max(...rows.map(([name]) => name.length)) + 4;
  return rows.flatMap(([name, text]) => {
    const [first = '', ...rest] = wrapped(text, WIDTH - column);
    return [`  ${name.padEnd(column - 2)}${first}`, ...rest.map((line) => ' '.repeat(column) + line)];
  });
}

function wrapped(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + word.length >= width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}
