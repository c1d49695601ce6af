import { startConsole } from './console-server.ts';
import { type FlagValue, oneText, portOf } from './serve-flags.ts';
import { paint, type Terminal } from './terminal.ts';

/** Options of `console` as they stand on the command line. */
export interface ConsoleFlags {
  readonly port: FlagValue;
  readonly scenario?: FlagValue;
}

/** Serves the console until the process is told to stop. */
export async function runConsole(
  flags: ConsoleFlags,
  { OPENAI_API_KEY: openaiKey = '' }: { readonly OPENAI_API_KEY?: string | undefined },
  terminal: Terminal,
): Promise<void> {
  const server = await startConsole({
    port: portOf(flags.port),
    scenario: oneText('scenario', flags.scenario),
    openaiKey: openaiKey === '' ? undefined : openaiKey,
    packageFolder: new URL('../', import.meta.url),
  });
  terminal.line(`Console on ${paint.bold(server.url)}`);
  terminal.line(`  services  local server${openaiKey === '' ? '; OpenAI too, with OPENAI_API_KEY set' : ', OpenAI'}`);
  const stop = (): void => void server.close();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}
