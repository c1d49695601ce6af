import { createRealtimeServer } from '../server/index.ts';
import { paint, type Terminal } from './terminal.ts';

/** How the local server is run. */
export interface ServeOptions {
  readonly port: number;
  readonly host: string;
  readonly isLogging: boolean;
  readonly terminal: Terminal;
}

/** Runs the local Realtime server until the process is told to stop. */
export async function serve({ port, host, isLogging, terminal }: ServeOptions): Promise<void> {
  const server = createRealtimeServer({
    onEvent: (direction, event) => {
      if (isLogging) terminal.line(`${direction === 'in' ? paint.cyan('←') : paint.green('→')} ${event.type}`);
    },
  });
  const { url } = await server.listen({ port, host });
  terminal.line(`Local Realtime server on ${paint.bold(url)}`);
  terminal.line(paint.dim('It hears, speaks and honours interruption; no key, no network. Connect to it with:'));
  terminal.line(`  await session.connect({ apiKey: 'local', url: '${url}' });`);

  const { promise: isStopped, resolve: stop } = Promise.withResolvers<void>();
  process.once('SIGINT', () => stop());
  process.once('SIGTERM', () => stop());
  await isStopped;
  await server.close();
}
