import { once } from 'node:events';
import type { CommandInput } from './command.ts';
import { startConsole } from './console-server.ts';
import { portOf } from './serve-flags.ts';
import { paint } from './terminal.ts';

/** Serves the console until the process is told to stop. */
export async function runConsole(input: CommandInput): Promise<true> {
  const { terminal } = input;
  const { OPENAI_API_KEY: openaiKey = '', OPENAI_BASE_URL: openaiBaseUrl = '' } = input.environment;
  // Before anybody is told where it is, and may tell it to stop.
  const isStopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  const server = await startConsole({
    port: portOf(input),
    scenario: input.text('scenario'),
    openaiKey: openaiKey === '' ? undefined : openaiKey,
    openaiBaseUrl: openaiBaseUrl === '' ? undefined : openaiBaseUrl.replace(/\/+$/, ''),
    packageFolder: new URL('../', import.meta.url),
  });
  terminal.line(`Console on ${paint.bold(server.url)}`);
  terminal.line(`  services  local server${openaiKey === '' ? '; OpenAI too, with OPENAI_API_KEY set' : ', OpenAI'}`);
  terminal.record({ type: 'listening', url: server.url, services: ['local', ...(openaiKey === '' ? [] : ['openai'])] });
  await isStopped;
  await server.close();
  return true;
}
