// Sessions of both packages on a socket in memory: what a call costs without a network. The same messages go to each.
import { OpenAIRealtimeWebSocket, RealtimeAgent, RealtimeSession, tool } from '../../src/index.ts';
import { importPackage } from './packages.ts';

/** The package whose names we share. */
export const PEER = '@openai/agents-realtime';

/** Ours and, where it is installed, the peer's. */
export interface SessionMaker {
  readonly name: string;
  readonly open: () => Promise<SessionOnSocket>;
}

/** A connected session, seen from its server. */
export interface SessionOnSocket {
  sendAudio(audio: ArrayBuffer): void;
  /** One message of the server. */
  receive(text: string): void;
  /** Resolves when the session has sent `response.create`, which ends a round of tools. */
  nextRequest(): Promise<void>;
  /** Keeps the session reachable while memory is measured. */
  readonly session: object;
}

type Listener = (event: { readonly data: string }) => void;

/** A socket that only counts. */
class CountingSocket {
  readonly readyState = 1;
  readonly bufferedAmount = 0;
  receive: Listener = () => {};
  lastCode = 0;
  onRequest: (() => void) | null = null;

  addEventListener(type: string, listener: unknown): void {
    if (type === 'message') this.receive = listener as Listener;
  }
  removeEventListener(): void {}
  send(text: string): void {
    // A network reads the text, so the engine must have joined its parts.
    this.lastCode = text.charCodeAt(text.length - 1);
    if (this.onRequest !== null && text.includes('"response.create"')) this.onRequest();
  }
  close(): void {}
}

/** What both packages have under the same name. */
interface Package {
  RealtimeAgent: new (options: object) => object;
  RealtimeSession: new (agent: never, options: object) => ConnectableSession;
  OpenAIRealtimeWebSocket: new (options: object) => object;
  tool(options: object): object;
}

interface ConnectableSession {
  connect(options: { apiKey: string }): Promise<void>;
  sendAudio(audio: ArrayBuffer): void;
  on(event: 'error', listener: () => void): unknown;
}

/** Every package that can take part. */
export async function sessionMakers(): Promise<SessionMaker[]> {
  const peer = await importPackage<Package>(PEER);
  const own = { OpenAIRealtimeWebSocket, RealtimeAgent, RealtimeSession, tool } as unknown as Package;
  return [makerOf('bargein', own), ...(peer === null ? [] : [makerOf(PEER, peer)])];
}

function makerOf(name: string, parts: Package): SessionMaker {
  const nothing = parts.tool({
    name: 'nothing',
    description: 'Does nothing.',
    parameters: { type: 'object', properties: {}, required: [], additionalProperties: false },
    execute: () => 'done',
  });
  const agent = new parts.RealtimeAgent({ name: 'Ann', instructions: 'Be brief.', tools: [nothing] });
  return {
    name,
    async open() {
      const socket = new CountingSocket();
      const transport = new parts.OpenAIRealtimeWebSocket({
        createWebSocket: async () => socket,
        skipOpenEventListeners: true,
      });
      const session = new parts.RealtimeSession(agent as never, { transport });
      session.on('error', () => {});
      await session.connect({ apiKey: 'ek_bench' });
      return {
        session,
        sendAudio: (audio) => session.sendAudio(audio),
        receive: (text) => socket.receive({ data: text }),
        nextRequest: () => {
          const { promise, resolve } = Promise.withResolvers<void>();
          socket.onRequest = () => {
            socket.onRequest = null;
            resolve();
          };
          return promise;
        },
      };
    },
  };
}
