import type { Clock } from '../../clock.ts';
import type { OpenAIRealtimeWebSocketOptions } from '../../index.ts';
import { connectInMemory, createRealtimeServer, type RealtimeServerTap } from '../../server/index.ts';
import { SCENARIO } from './script.ts';

/** Who the agents talk to. */
export interface Model {
  readonly transportOptions: Pick<OpenAIRealtimeWebSocketOptions, 'url' | 'createWebSocket'>;
  readonly apiKey: string;
  /** Sees every event of the wire at the server; the real service can't be tapped. */
  listen(tap: RealtimeServerTap): void;
  close(): Promise<void>;
}

/**
 * The local server with the demo's scenario, over a real socket, or in memory when time is virtual; or the real service
 * when a key is given.
 */
export async function connectModel(clock: Clock, liveKey: string | null, isInMemory: boolean): Promise<Model> {
  if (liveKey !== null) {
    return { transportOptions: {}, apiKey: liveKey, listen: () => {}, close: async () => {} };
  }
  let tap: RealtimeServerTap = () => {};
  const server = createRealtimeServer({
    clock,
    scenario: SCENARIO,
    onEvent: (...seen) => tap(...seen),
  });
  const transportOptions = isInMemory
    ? { createWebSocket: async () => connectInMemory(server, clock) }
    : { url: (await server.listen({ port: 0 })).url };
  return {
    transportOptions,
    apiKey: 'local',
    listen: (listener) => {
      tap = listener;
    },
    close: () => server.close(),
  };
}
