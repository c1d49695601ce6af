// A call between a session and the local server, in memory and on a virtual clock: the caller's microphone and the agent's
// speaker run on one sound card, as they do on a real one.

import { setImmediate } from 'node:timers/promises';
import { RealtimeAgent } from '../../src/agent/agent.ts';
import { SoundCard } from '../../src/cli/demo/sound-card.ts';
import type { RealtimeSessionOptions } from '../../src/index.ts';
import { OpenAIRealtimeWebSocket, RealtimeSession } from '../../src/index.ts';
import { PullPlayout } from '../../src/playout/index.ts';
import { connectInMemory, createRealtimeServer, type Scenario, type TappedEvent } from '../../src/server/index.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';

async function ready(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await setImmediate();
}

/** How a call is set up. */
export interface CallOptions extends Partial<RealtimeSessionOptions> {
  readonly scenario: Scenario;
  /** Length of everything that the agent says. */
  readonly replyMs: number;
  readonly agent?: RealtimeAgent;
}

/** A call that is connected. */
export async function stageCall(options: CallOptions) {
  const { scenario, replyMs, agent = new RealtimeAgent({ name: 'Front' }), ...rest } = options;
  const clock = new VirtualClock(ready);
  const toServer: TappedEvent[] = [];
  const server = createRealtimeServer({
    clock,
    scenario,
    // A constant is speech enough for a speaker that only counts.
    voice: {
      synthesize: ({ sampleRate }) => Promise.resolve(new Int16Array((sampleRate * replyMs) / 1000).fill(1000)),
    },
    onEvent: (direction, event) => direction === 'in' && toServer.push(event),
  });
  const playout = new PullPlayout({ outputRate: 24_000 });
  const session = new RealtimeSession(agent, {
    clock,
    transport: new OpenAIRealtimeWebSocket({
      clock,
      playout,
      createWebSocket: () => Promise.resolve(connectInMemory(server, clock, { latencyMs: 20 })),
    }),
    ...rest,
  });
  const errors: unknown[] = [];
  session.on('error', ({ error }) => errors.push(error));
  await clock.runUntil(session.connect({ apiKey: 'local' }));
  let noiseFrames = 0;
  const card = new SoundCard(clock, playout, {
    capture(packet, startFrame) {
      for (let at = 0; at < packet.length; at++) {
        packet[at] = noiseFrames-- > 0 ? 9000 * Math.sin((startFrame + at) / 5) : (startFrame + at) % 7;
      }
      noiseFrames = Math.max(0, noiseFrames);
      session.sendAudio(packet.slice().buffer);
    },
    rendered: () => {},
  });
  // The server's ear gets used to the quiet.
  await clock.advance(1000);
  return {
    clock,
    session,
    playout,
    errors,
    /** Events of this type that the session has sent. */
    sent: (type: string) => toServer.filter((event) => event.type === type),
    /** Milliseconds of audio that were heard, item by item. */
    heardMs: () => {
      const heard = new Map<string, number>();
      for (const { itemId, startFrame, endFrame } of card.heard) {
        heard.set(itemId, (heard.get(itemId) ?? 0) + (endFrame - startFrame) / 24);
      }
      return [...heard.values()];
    },
    /** The caller makes himself heard for so long, beginning now. */
    speak: async (ms: number) => {
      noiseFrames = ms * 24;
      await clock.advance(ms);
    },
    end: async () => {
      card.stop();
      session.close();
      await clock.advance(100);
      await clock.during(server.close());
      playout.free();
    },
  };
}
