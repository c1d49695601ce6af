import { BargeinError } from '../errors.ts';
import type { Terminal } from './terminal.ts';

/** How a command can end, as the process's exit code. */
export const EXIT_CODES = {
  /** It did what it was asked for, and what it checked holds. */
  ok: 0,
  /** It failed, or what it checked does not hold. */
  failed: 1,
  /** The command line can't be meant: an unknown command or flag, a value out of range. */
  usage: 2,
} as const;

/** The command line can't be meant; the process ends with 2. */
export class CommandLineError extends BargeinError {}

/** A flag of a command. */
export interface Flag {
  /** What its value is called; a flag without one is a switch. */
  readonly value?: string;
  readonly default?: string;
  /** What it does, for the help. */
  readonly text: string;
}

/** What stands behind a command's name. */
export interface CommandInput {
  readonly words: readonly string[];
  /** Whether a switch is there. */
  isOn(flag: string): boolean;
  /** Value of a flag or its default; undefined when there is neither. Throws `ERR_COMMAND` when it is given twice. */
  text(flag: string): string | undefined;
  /** Values of a flag that may be repeated. */
  texts(flag: string): readonly string[];
  readonly terminal: Terminal;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** A command of `bargein`. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** What stands behind the name, as in `<file>`. */
  readonly operands?: string;
  /** How many words may stand there. */
  readonly words: readonly [least: number, most: number];
  readonly flags: Readonly<Record<string, Flag>>;
  readonly examples: readonly (readonly [line: string, what: string])[];
  /** Does it; false when what it checked does not hold. */
  run(input: CommandInput): Promise<boolean>;
}
