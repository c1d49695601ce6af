#!/usr/bin/env node
import { createRequire } from 'node:module';
import { BargeinError } from '../errors.ts';
import { CommandLineError, EXIT_CODES } from './command.ts';
import { commandInput } from './command-input.ts';
import { COMMANDS } from './commands.ts';
import { helpFor, overview } from './help.ts';
import { requireNode } from './node-version.ts';
import { commandNamed, parseCommand } from './parse-command.ts';
import { openTerminal, paint } from './terminal.ts';

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };

/** Runs what stands on the command line; resolves with the exit code. */
async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const [about] = name === 'help' ? args : [];
    process.stdout.write(about === undefined ? overview(COMMANDS, version) : helpFor(commandNamed(COMMANDS, about)));
    return EXIT_CODES.ok;
  }
  if (name === '--version' || name === '-v') {
    process.stdout.write(`bargein/${version} ${process.platform}-${process.arch} node-${process.version}\n`);
    return EXIT_CODES.ok;
  }
  const command = commandNamed(COMMANDS, name);
  const parsed = parseCommand(command, args);
  if (parsed.switches.has('help')) {
    process.stdout.write(helpFor(command));
    return EXIT_CODES.ok;
  }
  // Whoever asks what is wrong is told of it among the rest.
  if (command.name !== 'doctor') requireNode(process.version);
  const terminal = openTerminal(parsed.switches.has('json'));
  const hasHeld = await command.run(commandInput(command, parsed, terminal, process.env));
  return hasHeld ? EXIT_CODES.ok : EXIT_CODES.failed;
}

// Whoever reads along may have read enough, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof BargeinError ? paint.red(error.message) : error);
  process.exitCode = error instanceof CommandLineError ? EXIT_CODES.usage : EXIT_CODES.failed;
}
