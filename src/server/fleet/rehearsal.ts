// A call of this process with itself before there are callers. Code runs several times slower the first time, that of sockets
// too, and those whose process has just died all come at once, into silence.

import { RealtimeAgent } from '../../agent/agent.ts';
import { OpenAIRealtimeWebSocket } from '../../transports/openai-websocket.ts';
import { RealtimeSession } from '../../realtime-session.ts';
import { LiveJournal } from '../journals/live-journal.ts';
import { MemoryJournals } from '../journals/memory-journals.ts';
import { createRealtimeServer } from '../server.ts';

const LEASE_MS = 60_000;
/** More make little faster: it is the first time that costs. */
const CALLS = 3;
const CALL_ID = 'rehearsal';

/** Holds a call, then goes on with it from its journal, with a model on 127.0.0.1; nothing leaves the machine or is kept. */
export async function rehearse(): Promise<void> {
  const model = createRealtimeServer({
    scenario: { turns: [{ replies: [[{ say: 'Yes.' }]] }] },
    voice: { synthesize: async () => new Int16Array(1) },
  });
  const store = new MemoryJournals();
  try {
    const { url } = await model.listen({ port: 0 });
    for (let call = 0; call < CALLS; call++) {
      const lease = await store.lease(CALL_ID, { owner: CALL_ID, ttlMs: LEASE_MS, isForced: true });
      if (lease === null) return;
      const journal = new LiveJournal(store, lease, { ttlMs: LEASE_MS });
      const entries = await store.read(CALL_ID);
      const agent = new RealtimeAgent({ name: 'Desk', instructions: 'Answer.' });
      const transport = new OpenAIRealtimeWebSocket({ url });
      const session =
        entries.length > 0
          ? RealtimeSession.resume(entries, { agents: [agent], transport, journal })
          : new RealtimeSession(agent, { transport, journal });
      session.on('error', () => {});
      await session.connect({ apiKey: 'local' });
      if (call === 0) session.sendMessage('Hello?');
      session.sendAudio(new Uint8Array(960));
      await journal.flushed(LEASE_MS);
      session.close();
      await journal.end(false);
    }
  } finally {
    await model.close();
  }
}
