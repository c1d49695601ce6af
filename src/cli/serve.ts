import { once } from 'node:events';
import { createRealtimeServer, parseFaultText, type RealtimeServer, type RealtimeServerTap } from '../server/index.ts';
import { planServer, type ServeParts } from './serve-parts.ts';
import { paint, type Terminal } from './terminal.ts';
import { WireLog } from './wire-log.ts';

/** How the local server is run. */
export interface ServeOptions {
  readonly port: number;
  readonly host: string;
  readonly isLogging: boolean;
  /** Where the wire log goes, if anywhere. */
  readonly recordPath: string | undefined;
  readonly parts: ServeParts;
  readonly terminal: Terminal;
}

/** A server that runs. */
export interface ServedServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Runs the local Realtime server until the process is told to stop. */
export async function serve(options: ServeOptions): Promise<true> {
  // Before anybody is told that it listens, and may tell it to stop.
  const isStopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  const served = await startServing(options);
  await isStopped;
  await served.close();
  return true;
}

/** Starts the server and says on the terminal what it is and how to use it. */
export async function startServing(options: ServeOptions): Promise<ServedServer> {
  const { port, host, isLogging, recordPath, parts, terminal } = options;
  const plan = await planServer(parts);
  const taps: RealtimeServerTap[] = isLogging ? [logTo(terminal)] : [];
  const isTapped = isLogging || recordPath !== undefined;
  const server = createRealtimeServer({
    ...plan.options,
    ...(isTapped && { onEvent: (...seen) => taps.forEach((tap) => tap(...seen)) }),
  });
  for (const fault of plan.faults) server.faults.inject(parseFaultText(fault));
  const { url } = await server.listen({ port, host });
  // Behind `listen`: a second server for the same port and file would empty what the first has recorded.
  const wireLog = recordPath === undefined ? null : await openWireLog(recordPath, server, terminal);
  if (wireLog !== null) taps.push(wireLog.tap);

  const faultsUrl = url.replace(/^ws/, 'http').replace(/\/v1\/realtime$/, '/faults');
  terminal.line(`Local Realtime server (OpenAI Realtime protocol) on ${paint.bold(url)}`);
  terminal.line(`  ears    ${plan.ears}`);
  terminal.line(`  brain   ${plan.brain}`);
  terminal.line(`  voice   ${plan.voice}`);
  terminal.line(`  faults  ${plan.faults.join(', ') || 'none'} ${paint.dim(`(GET, POST, DELETE ${faultsUrl})`)}`);
  if (recordPath !== undefined) terminal.line(`  record  ${recordPath}`);
  terminal.record({
    type: 'listening',
    url,
    faultsUrl,
    ears: plan.ears,
    brain: plan.brain,
    voice: plan.voice,
    faults: plan.faults,
    record: recordPath ?? null,
  });
  terminal.line('Connect to it with:');
  const key = parts.apiKey === undefined ? "'local'" : 'process.env.BARGEIN_API_KEY';
  terminal.line(`  await session.connect({ apiKey: ${key}, url: '${url}' });`);
  return {
    url,
    async close() {
      await server.close();
      await wireLog?.close();
    },
  };
}

async function openWireLog(path: string, server: RealtimeServer, terminal: Terminal): Promise<WireLog> {
  try {
    return await WireLog.open(path, ({ message }) => terminal.line(paint.red(`the recording ends here: ${message}`)));
  } catch (error) {
    await server.close();
    throw error;
  }
}

function logTo(terminal: Terminal): RealtimeServerTap {
  return (direction, event, atMs, { sessionId, bytes }) => {
    const arrow = direction === 'in' ? paint.cyan('←') : paint.green('→');
    const time = (atMs / 1000).toFixed(3).padStart(9);
    terminal.record({ type: 'event', atMs, direction, session: sessionId, bytes, event: event.type });
    terminal.line(`${paint.dim(`${time} s`)} ${arrow} ${sizeText(bytes)}  ${event.type} ${paint.dim(sessionId)}`);
  };
}

function sizeText(bytes: number): string {
  const text = bytes < 10_000 ? `${bytes} B` : `${Math.round(bytes / 1000)} kB`;
  return text.padStart(7);
}
