import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';

/**
 * Where threads can't listen on one port together, this thread listens and passes octets on: a connection goes to each
 * worker in turn. It costs a copy of everything, in both directions.
 */
export class HandOver {
  readonly #server: Server;

  /** @param ports Where the workers listen at this moment. */
  constructor(ports: () => readonly number[]) {
    let turn = 0;
    // A half that is closed must not close the other before what it still sends has arrived.
    this.#server = createServer({ allowHalfOpen: true }, (client) => {
      const living = ports();
      const port = living[turn++ % Math.max(1, living.length)];
      if (port === undefined) return void client.destroy();
      const worker = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
      client.setNoDelay(true);
      worker.setNoDelay(true);
      client.pipe(worker).pipe(client);
      client.on('error', () => worker.destroy());
      worker.on('error', () => client.destroy());
      client.on('close', () => worker.destroy());
      worker.on('close', () => client.destroy());
    });
  }

  async listen(port: number, host: string): Promise<number> {
    this.#server.listen(port, host);
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  /** Takes no new connections; those that are there go on. */
  close(): void {
    this.#server.close();
  }
}
