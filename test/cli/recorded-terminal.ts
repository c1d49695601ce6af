import { stripVTControlCharacters } from 'node:util';
import type { Command } from '../../src/cli/command.ts';
import { commandInput } from '../../src/cli/command-input.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { commandNamed, parseCommand } from '../../src/cli/parse-command.ts';
import type { Terminal } from '../../src/cli/terminal.ts';

/** A terminal that keeps what people and programs are told. */
export interface RecordedTerminal extends Terminal {
  readonly lines: string[];
  readonly records: unknown[];
}

/** Makes one; lines lose their colours. */
export function recordedTerminal(): RecordedTerminal {
  const lines: string[] = [];
  const records: unknown[] = [];
  return {
    lines,
    records,
    line: (text) => void lines.push(stripVTControlCharacters(text)),
    record: (value) => void records.push(value),
    status: () => {},
    end: () => {},
  };
}

/** What a command gets from this line. */
export function inputOf(
  [name = '', ...args]: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  terminal: Terminal = recordedTerminal(),
): ReturnType<typeof commandInput> {
  const command: Command = commandNamed(COMMANDS, name);
  return commandInput(command, parseCommand(command, args), terminal, environment);
}
