// Whether telephone calls leave anything behind, or get stuck, when everything that can go wrong does:
//   node --conditions=bargein-source test/soak/calls.ts [--calls 20] [--minutes 60] [--seed 1]
// So many calls at a time over real sockets, caller to gateway to local server. Callers ask, listen, barge in and hang up;
// meanwhile connections to the model break, stall, half-open or send nonsense, lines fall silent or send nonsense. A caller who
// hears nothing for 15 s says it again, as people do; a call is stuck when a minute of that brought no answer, with the line
// still open. Prints a line a minute.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { WebSocket } from 'ws';
import { encodeMulaw } from '../../src/audio/index.ts';
import { readSpeech } from '../../src/cli/demo/wav.ts';
import { systemClock } from '../../src/clock.ts';
import { RealtimeAgent, RealtimeSession } from '../../src/index.ts';
import { acceptTwilioCalls } from '../../src/node/twilio-calls.ts';
import { createRealtimeServer, type Fault } from '../../src/server/index.ts';
import { seededRandom } from '../../src/server/seeded-random.ts';
import { PhoneSimulator } from '../../src/testing/phone-simulator.ts';
import { wireOver } from '../../src/testing/phone-wire.ts';
import { TwilioRealtimeTransportLayer } from '../../src/twilio.ts';

const { values: options } = parseArgs({
  options: {
    calls: { type: 'string', default: '20' },
    minutes: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
  },
});
// A flag of the command line would reach worker threads, which refuse it.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const random = seededRandom(Number(options.seed));
function oneOf<T>(values: readonly T[]): T {
  return values[Math.floor(random() * values.length)]!;
}

/** So long is each answer: the soak is of calls, not of synthesis. */
const ANSWER_SECONDS = 8;
const LINES = ['1-hold-a-room-44100.wav', '2-about-the-hotel-8000-mulaw.wav', '3-stop-24000.wav'].map((file) => {
  const samples = readSpeech(readFileSync(new URL(`../../src/cli/demo/speech/${file}`, import.meta.url)), 8000);
  return encodeMulaw(samples, new Uint8Array(samples.length));
});
const FAULTS: readonly Fault[] = [
  { kind: 'close', code: 1011, reason: 'soak' },
  { kind: 'close', code: 1006 },
  { kind: 'stall', ms: 1500 },
  { kind: 'half-open' },
  { kind: 'malformed' },
  { kind: 'deep-nesting' },
];
const NONSENSE = ['{', 'null', '{"event":"media"}', '{"event":"start"}', '"'.repeat(5000)];
const REPEAT_MS = 15_000;
const STUCK_MS = 60_000;

const sessionIds: string[] = [];
const model = createRealtimeServer({
  scenario: { turns: Array.from({ length: 200 }, () => ({ replies: [[{ say: 'As you like.' }]] })) },
  voice: {
    synthesize: async ({ sampleRate }) =>
      Int16Array.from({ length: ANSWER_SECONDS * sampleRate }, (_, n) => 8000 * Math.sin(n / 20)),
  },
  onEvent: (_direction, event, _atMs, { sessionId }) =>
    void (event.type === 'session.created' && sessionIds.push(sessionId)),
});
const { url } = await model.listen({ port: 0 });
const gateway = createServer();
gateway.listen(0, '127.0.0.1');
await once(gateway, 'listening');
const { port } = gateway.address() as AddressInfo;

const errors = new Map<string, number>();
const tally = { calls: 0, turns: 0, bargeIns: 0, faults: 0, reconnects: 0, repeats: 0, stuck: 0, open: 0, warnings: 0 };

acceptTwilioCalls({
  server: gateway,
  path: '/media',
  authToken: null,
  onCall: (socket) => {
    const transport = new TwilioRealtimeTransportLayer({ twilioWebSocket: socket });
    const session = new RealtimeSession(new RealtimeAgent({ name: 'Front desk' }), { transport });
    session.on('error', ({ error }) => {
      const code = String((error as { code?: unknown }).code);
      errors.set(code, (errors.get(code) ?? 0) + 1);
    });
    session.on('connection', ({ state: connection }) => {
      if (connection === 'reconnecting') tally.reconnects += 1;
    });
    session.connect({ apiKey: 'local', url }).catch(() => socket.close());
  },
});

async function holdCall(): Promise<void> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/media`);
  const phone = new PhoneSimulator({ clock: systemClock, wire: wireOver(socket) });
  tally.calls += 1;
  tally.open += 1;
  phone.start();
  const turns = 1 + Math.floor(random() * 6);
  for (let turn = 0; turn < turns && !phone.isClosed; turn++) {
    await wait(500 + random() * 1500);
    const heardBefore = phone.playedFrames;
    const words = oneOf(LINES);
    phone.speak(words);
    tally.turns += 1;
    const askedAtMs = performance.now();
    let spokenAtMs = askedAtMs;
    while (!phone.isClosed && phone.playedFrames === heardBefore) {
      await wait(50);
      if (performance.now() - spokenAtMs > REPEAT_MS) {
        spokenAtMs = performance.now();
        tally.repeats += 1;
        phone.speak(words);
      }
      if (performance.now() - askedAtMs < STUCK_MS) continue;
      tally.stuck += 1;
      break;
    }
    if (random() < 0.6) {
      await wait(500 + random() * 3000);
      tally.bargeIns += 1;
    } else {
      while (!phone.isClosed && phone.isPlaying) await wait(50);
    }
    if (random() < 0.1) phone.sendRaw(oneOf(NONSENSE));
    if (random() < 0.05) {
      phone.fallSilent();
      await wait(random() * 4000);
      phone.soundAgain();
    }
  }
  tally.warnings += phone.warnings.length;
  if (random() < 0.2) socket.terminate();
  else phone.hangUp();
  tally.open -= 1;
}

const endsAtMs = performance.now() + Number(options.minutes) * 60_000;
const isOver = (): boolean => performance.now() > endsAtMs;

async function caller(): Promise<void> {
  await wait(random() * 3000);
  while (!isOver()) await holdCall();
}

async function mischief(): Promise<void> {
  while (!isOver()) {
    await wait(2000 + random() * 4000);
    const sessionId = oneOf(sessionIds.slice(-Number(options.calls)));
    if (sessionId !== undefined && model.faults.inject(oneOf(FAULTS), sessionId)) tally.faults += 1;
  }
}

function report(): void {
  collect();
  const { heapUsed, rss } = process.memoryUsage();
  const handles = process.getActiveResourcesInfo().length;
  const found = [...errors].map(([code, count]) => `${code} ${count}`).join(', ');
  process.stdout.write(
    `${Math.round(performance.now() / 60_000)} min: ${JSON.stringify(tally)}; heap ${(heapUsed / 2 ** 20).toFixed(1)} MB, ` +
      `rss ${(rss / 2 ** 20).toFixed(0)} MB, ${handles} handles; errors: ${found || 'none'}\n`,
  );
}

const minute = setInterval(report, 60_000);
await Promise.all([...Array.from({ length: Number(options.calls) }, () => caller()), mischief()]);
clearInterval(minute);
await wait(25_000);
report();
gateway.close();
await model.close();
await wait(1000);
report();
