// The thread that holds a share of a gateway's calls.

import { parentPort, workerData } from 'node:worker_threads';
import { CallHost, type CallHandler } from './call-host.ts';
import type { WorkerCommand, WorkerReport, WorkerSetup } from './gateway-messages.ts';
import { SharedLoad } from './shared-load.ts';

const port = parentPort;
if (port === null) throw new Error('this module is the start of a worker thread');
const setup = workerData as WorkerSetup;
const say = (report: WorkerReport): void => port.postMessage(report);

const asked = new Map<number, (text: string) => void>();
let newestRequest = 0;

const { default: handler } = (await import(setup.host.calls)) as { default: CallHandler };
const host = await CallHost.open({
  setup: setup.host,
  handler,
  thread: setup.thread,
  load: new SharedLoad(setup.threads, setup.load),
  allMetrics: () =>
    new Promise((resolve) => {
      newestRequest += 1;
      asked.set(newestRequest, resolve);
      say({ type: 'wantsMetrics', request: newestRequest });
    }),
});

port.on('message', (command: WorkerCommand) => {
  switch (command.type) {
    case 'listen':
      return void host.listen(command).then(
        (bound) => say({ type: 'listening', port: bound }),
        (error: unknown) => say({ type: 'listenFailed', message: String(error) }),
      );
    case 'drain':
      return void host.drain(command.graceMs).then(() => {
        say({ type: 'drained' });
        port.close();
      });
    case 'metrics':
      return void host.collect().then((metrics) => say({ type: 'metrics', metrics }));
    case 'allMetrics':
      asked.get(command.request)?.(command.text);
      return void asked.delete(command.request);
  }
});
