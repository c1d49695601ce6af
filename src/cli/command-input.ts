import { type Command, type CommandInput, CommandLineError } from './command.ts';
import type { ParsedLine } from './parse-command.ts';
import type { Terminal } from './terminal.ts';

/** What a command is given: its line, read with its defaults, and its surroundings. */
export function commandInput(
  command: Command,
  { words, switches, values }: ParsedLine,
  terminal: Terminal,
  environment: Readonly<Record<string, string | undefined>>,
): CommandInput {
  return {
    words,
    isOn: (flag) => switches.has(flag),
    text(flag) {
      const [first, ...more] = values.get(flag) ?? [];
      if (more.length === 0) return first ?? command.flags[flag]?.default;
      const given = JSON.stringify([first, ...more]);
      throw new CommandLineError(`--${flag} may be given once, got ${given}`, { code: 'ERR_COMMAND' });
    },
    texts: (flag) => values.get(flag) ?? [],
    terminal,
    environment,
  };
}
