// The JavaScript heap of an audio worklet, by the DevTools protocol, which Playwright gives no access to for worklets.

import { once } from 'node:events';
import { WebSocket } from 'ws';

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly sessionId: string; readonly targetInfo: { readonly type: string } };
  readonly result?: unknown;
}

interface Targets {
  readonly targetInfos: readonly { readonly targetId: string; readonly type: string; readonly url: string }[];
}

/** Watches the worklets of one page. */
export class WorkletHeap {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (result: unknown) => void>();
  #worklet: string | null = null;
  #newestId = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (text: Buffer) => this.#take(JSON.parse(text.toString()) as Message));
  }

  /** @param debuggingPort The browser's `--remote-debugging-port`. */
  static async watch(debuggingPort: number, pageUrl: string): Promise<WorkletHeap> {
    const version = await fetch(`http://127.0.0.1:${debuggingPort}/json/version`);
    const { webSocketDebuggerUrl } = (await version.json()) as { webSocketDebuggerUrl: string };
    const socket = new WebSocket(webSocketDebuggerUrl);
    await once(socket, 'open');
    const heap = new WorkletHeap(socket);
    const { targetInfos } = (await heap.#ask('Target.getTargets')) as Targets;
    const page = targetInfos.find(({ type, url }) => type === 'page' && url === pageUrl);
    const attached = await heap.#ask('Target.attachToTarget', { targetId: page?.targetId, flatten: true });
    const { sessionId } = attached as { sessionId: string };
    const options = { autoAttach: true, waitForDebuggerOnStart: false, flatten: true };
    await heap.#ask('Target.setAutoAttach', options, sessionId);
    return heap;
  }

  /** Bytes in use, and the frame of the context at that moment. */
  async measure(): Promise<{ readonly bytes: number; readonly frame: number }> {
    if (this.#worklet === null) throw new Error('no worklet runs in the page yet');
    const { usedSize } = (await this.#ask('Runtime.getHeapUsage', {}, this.#worklet)) as { usedSize: number };
    const frame = (await this.#ask('Runtime.evaluate', { expression: 'currentFrame' }, this.#worklet)) as {
      readonly result: { readonly value: number };
    };
    return { bytes: usedSize, frame: frame.result.value };
  }

  close(): void {
    this.#socket.close();
  }

  #take({ id, method, params, result }: Message): void {
    if (method === 'Target.attachedToTarget' && params?.targetInfo.type === 'worklet') this.#worklet = params.sessionId;
    if (id !== undefined) this.#waiting.get(id)?.(result);
  }

  #ask(method: string, params: object = {}, sessionId?: string): Promise<unknown> {
    const id = ++this.#newestId;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#socket.send(JSON.stringify({ id, method, params, sessionId }));
    });
  }
}
