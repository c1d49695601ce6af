// A local Realtime server beside the browser tests; its URL reaches them by `inject('realtimeUrl')`.

import type { TestProject } from 'vitest/node';
import { createRealtimeServer } from '../../src/server/index.ts';

declare module 'vitest' {
  interface ProvidedContext {
    realtimeUrl: string;
  }
}

export default async function startLocalServer(project: TestProject): Promise<() => Promise<void>> {
  const server = createRealtimeServer({
    scenario: {
      turns: [
        {
          replies: [
            [{ call: 'look_up', arguments: { word: 'barge-in' } }],
            [{ say: 'To barge in is to speak while the other one still does, and to be heard at once.' }],
          ],
        },
        { replies: [[{ say: 'Goodbye.' }]] },
      ],
    },
  });
  const { url } = await server.listen({ port: 0 });
  project.provide('realtimeUrl', url);
  return () => server.close();
}
