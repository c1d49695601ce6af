import { parseArgs, type ParseArgsConfig } from 'node:util';
import { type Command, CommandLineError } from './command.ts';
import { nearest } from './nearest.ts';

/** A command line that can be meant. */
export interface ParsedLine {
  readonly words: readonly string[];
  readonly switches: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, readonly string[]>;
}

/** Finds the command of that name; throws `ERR_COMMAND`, which names the nearest. */
export function commandNamed(commands: readonly Command[], name: string): Command {
  const command = commands.find((known) => known.name === name);
  if (command !== undefined) return command;
  const names = commands.map((known) => known.name);
  throw refusal(`there is no command "${name}"${guess(nearest(name, names))}; bargein --help lists them`);
}

/** Reads what stands behind a command's name. Throws `ERR_COMMAND`, in one line that says what to change. */
export function parseCommand(command: Command, args: readonly string[]): ParsedLine {
  const { tokens } = parseArgs({ args: [...args], options: optionsOf(command), strict: false, tokens: true });
  const words: string[] = [];
  const switches = new Set<string>();
  const values = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    const { name, rawName, value } = token;
    const flag = name === 'help' || name === 'json' ? { text: '' } : command.flags[name];
    if (flag === undefined) throw unknownFlag(command, rawName);
    if (flag.value === undefined) {
      if (value !== undefined) throw refusal(`${rawName} takes no value, got "${value}"`);
      switches.add(name);
    } else if (value === undefined) {
      throw refusal(`${rawName} needs a value: ${rawName} <${flag.value}>`);
    } else {
      values.set(name, [...(values.get(name) ?? []), value]);
    }
  }
  if (!switches.has('help')) checkWords(command, words);
  return { words, switches, values };
}

function optionsOf({ flags }: Command): NonNullable<ParseArgsConfig['options']> {
  const options: NonNullable<ParseArgsConfig['options']> = { help: { type: 'boolean', short: 'h' } };
  options['json'] = { type: 'boolean' };
  for (const [name, { value }] of Object.entries(flags)) {
    options[name] = { type: value === undefined ? 'boolean' : 'string', multiple: true };
  }
  return options;
}

function checkWords({ name, operands = '', words: [least, most] }: Command, words: readonly string[]): void {
  if (words.length < least) throw refusal(`something is missing: bargein ${name} ${operands}`);
  if (words.length > most) {
    throw refusal(`${JSON.stringify(words[most])} is too much: bargein ${name} ${operands}`.trimEnd());
  }
}

function unknownFlag({ name, flags }: Command, rawName: string): CommandLineError {
  const known = [...Object.keys(flags), 'json', 'help'].map((flag) => `--${flag}`);
  return refusal(`${name} has no ${rawName}${guess(nearest(rawName, known))}; bargein ${name} --help lists its flags`);
}

function guess(name: string | null): string {
  return name === null ? '' : `, did you mean ${name}?`;
}

function refusal(message: string): CommandLineError {
  return new CommandLineError(message.replace('?;', '?'), { code: 'ERR_COMMAND' });
}
