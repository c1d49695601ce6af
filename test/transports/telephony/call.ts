// A whole telephone call on one machine and a virtual clock: caller, provider, bridge, session and the local server.

import { readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { encodeMulaw } from '../../../src/audio/index.ts';
import { readSpeech } from '../../../src/cli/demo/wav.ts';
import type { RealtimeSessionOptions } from '../../../src/index.ts';
import { RealtimeAgent, RealtimeSession } from '../../../src/index.ts';
import type { TappedEvent } from '../../../src/server/index.ts';
import { connectInMemory, createRealtimeServer } from '../../../src/server/index.ts';
import type { Scenario } from '../../../src/server/scenario.ts';
import { PhoneSimulator } from '../../../src/testing/phone-simulator.ts';
import type { MemoryPhoneSocket } from '../../../src/testing/phone-wire.ts';
import { wireInMemory } from '../../../src/testing/phone-wire.ts';
import { VirtualClock } from '../../../src/testing/virtual-clock.ts';
import { TwilioRealtimeTransportLayer } from '../../../src/twilio.ts';

/** Speech of the demo as µ-law 8 kHz. */
export function recorded(file: string): Uint8Array {
  const folder = new URL('../../../src/cli/demo/speech/', import.meta.url);
  const samples = readSpeech(readFileSync(new URL(file, folder)), 8000);
  return encodeMulaw(samples, new Uint8Array(samples.length));
}

/** One call, set up and not yet answered. */
export interface PhoneCall {
  readonly clock: VirtualClock;
  readonly phone: PhoneSimulator;
  readonly socket: MemoryPhoneSocket;
  readonly transport: TwilioRealtimeTransportLayer;
  readonly session: RealtimeSession;
  readonly errors: unknown[];
  /** The wire between the transport and the model, each event with its time. */
  readonly toModel: (TappedEvent & { readonly atMs: number })[];
  readonly fromModel: (TappedEvent & { readonly atMs: number })[];
  /** The stream starts and the session connects. */
  answer(): Promise<void>;
  end(): Promise<void>;
}

/** A delay between `leastMs` and `mostMs`, another one each time, the same in each run. */
export function jitter(leastMs: number, mostMs: number): () => number {
  let state = 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return leastMs + (state / 2_147_483_647) * (mostMs - leastMs);
  };
}

/** Sets a call up; a text to or from the phone takes `latencyMs`. */
export function phoneCall(options: {
  readonly scenario: Scenario;
  readonly latencyMs?: number | (() => number);
  readonly playbackDelayMs?: number;
  readonly session?: Partial<RealtimeSessionOptions>;
  readonly agent?: RealtimeAgent;
}): PhoneCall {
  const { scenario, latencyMs = 20, playbackDelayMs } = options;
  const clock = new VirtualClock(async () => {
    for (let turn = 0; turn < 4; turn++) await setImmediate();
  });
  const toModel: PhoneCall['toModel'] = [];
  const fromModel: PhoneCall['fromModel'] = [];
  const server = createRealtimeServer({
    clock,
    scenario,
    onEvent: (direction, event, atMs) => void (direction === 'in' ? toModel : fromModel).push({ ...event, atMs }),
  });
  const { wire, socket } = wireInMemory(clock, latencyMs);
  const phone = new PhoneSimulator({ clock, wire, ...(playbackDelayMs === undefined ? {} : { playbackDelayMs }) });
  const transport = new TwilioRealtimeTransportLayer({
    twilioWebSocket: socket,
    clock,
    createWebSocket: async () => connectInMemory(server, clock, { latencyMs: 20 }),
  });
  const session = new RealtimeSession(options.agent ?? new RealtimeAgent({ name: 'Front desk' }), {
    transport,
    clock,
    config: { audio: { input: { turnDetection: { type: 'server_vad', silenceDurationMs: 400 } } } },
    ...options.session,
  });
  const errors: unknown[] = [];
  session.on('error', ({ error }) => errors.push(error));
  return {
    clock,
    phone,
    socket,
    transport,
    session,
    errors,
    toModel,
    fromModel,
    async answer() {
      phone.start();
      await clock.runUntil(session.connect({ apiKey: 'local' }));
    },
    async end() {
      session.close();
      phone.hangUp();
      await clock.advance(1000);
      await server.close();
    },
  };
}
