// Local Realtime servers beside the browser tests; their URLs reach them by `inject`.

import type { TestProject } from 'vitest/node';
import { createRealtimeServer } from '../../src/server/index.ts';
import { SCENARIO } from '../transports/scenario.ts';
import { makeMicrophone } from './microphone.ts';
import { startPacketServer } from './packet-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A WebSocket server that answers in a sentence. */
    realtimeUrl: string;
    /** `baseURL` of a server that holds the conversation of `test/transports/scenario.ts`. */
    scenarioBaseUrl: string;
    /** `baseURL` of a server that answers calls at length. */
    callBaseUrl: string;
    /** `baseURL` of a server that repeats what it is told. */
    echoBaseUrl: string;
    /** A WebSocket server of µ-law packets, which is no Realtime server. */
    packetSocketUrl: string;
  }
}

const BARGE_IN = 'To barge in is to speak while the other one still does, and to be heard at once.';
const LONG_ANSWER =
  'The room is yours. The house was built in nineteen hundred and four and has forty rooms. From the upper floors you ' +
  'can see the lake, and in the morning the sun comes in. Breakfast is served from seven to eleven in the garden. ' +
  'The last train to the city leaves shortly before midnight.';

export default async function startLocalServers(project: TestProject): Promise<() => Promise<void>> {
  makeMicrophone();
  const server = createRealtimeServer({
    scenario: {
      turns: [
        { replies: [[{ call: 'look_up', arguments: { word: 'barge-in' } }], [{ say: BARGE_IN }]] },
        { replies: [[{ say: 'Goodbye.' }]] },
      ],
    },
  });
  const callServer = createRealtimeServer({
    scenario: {
      turns: [
        { replies: [[{ call: 'hold_room', arguments: { day: 'Friday' } }], [{ say: LONG_ANSWER }]] },
        { replies: [[{ say: LONG_ANSWER }]] },
        { replies: [[{ say: 'Goodbye.' }]] },
      ],
    },
  });
  const echoServer = createRealtimeServer();
  project.provide('echoBaseUrl', (await echoServer.listen()).baseUrl);
  const scenarioServer = createRealtimeServer({ scenario: SCENARIO });
  project.provide('scenarioBaseUrl', (await scenarioServer.listen()).baseUrl);
  project.provide('realtimeUrl', (await server.listen()).url);
  const packetServer = await startPacketServer();
  project.provide('packetSocketUrl', packetServer.url);
  project.provide('callBaseUrl', (await callServer.listen()).baseUrl);
  return async () => {
    packetServer.close();
    await Promise.all([server.close(), callServer.close(), echoServer.close(), scenarioServer.close()]);
  };
}
