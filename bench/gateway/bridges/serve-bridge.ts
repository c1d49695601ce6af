// What every bridge's process has: a server for the phones' sockets, and answers to the conductor.

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { BridgeCommand, BridgeReport } from '../load-protocol.ts';

/** Serves; `accept` puts the bridge on the server and gets the model's address. */
export async function serveBridge(accept: (server: Server, modelUrl: string) => void): Promise<void> {
  const [, , modelUrl = ''] = process.argv;
  const server = createServer();
  accept(server, modelUrl);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  obey((server.address() as AddressInfo).port);
}

/** Tells the conductor that this process serves, and answers what it asks. */
export function obey(port: number): void {
  const say = (report: BridgeReport): void => void process.send?.(report);
  process.on('message', (command: BridgeCommand) => {
    if (command === 'collect') {
      globalThis.gc?.();
      return say({ type: 'collected', heapBytes: process.memoryUsage().heapUsed });
    }
    const { user, system } = process.cpuUsage();
    say({ type: 'marked', userUs: user, systemUs: system, atMs: performance.now() });
  });
  process.on('disconnect', () => process.exit());
  say({ type: 'listening', port });
}
