// Whatever the caller's provider and the model send: a call throws nothing, says what was wrong by a code, and itself sends
// only what each side's protocol has. Ten million inputs with `BARGEIN_FUZZ_EVENTS=10000000`, which takes an hour or so.

import { setImmediate } from 'node:timers/promises';
import * as fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { RealtimeAgent, RealtimeSession, tool } from '../../../src/index.ts';
import { logger } from '../../../src/logger.ts';
import { ScriptedSocket } from '../../../src/testing/scripted-socket.ts';
import { VirtualClock } from '../../../src/testing/virtual-clock.ts';
import { MemoryPhoneSocket } from '../../../src/testing/phone-wire.ts';
import { TwilioRealtimeTransportLayer } from '../../../src/twilio.ts';
import { SAMPLE_EVENTS } from '../../protocol/sample-events.ts';

const INPUTS = Number(process.env['BARGEIN_FUZZ_EVENTS'] ?? 12_000);
const SEED = Number(process.env['BARGEIN_FUZZ_SEED'] ?? 1);
const INPUTS_A_CALL = 40;

const START = {
  event: 'start',
  sequenceNumber: '1',
  streamSid: 'MZ1',
  start: {
    streamSid: 'MZ1',
    callSid: 'CA1',
    tracks: ['inbound'],
    customParameters: { name: 'Ada' },
    mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
  },
};
const FRAMES: readonly object[] = [
  { event: 'connected', protocol: 'Call', version: '1.0.0' },
  START,
  { event: 'media', streamSid: 'MZ1', media: { track: 'inbound', chunk: '2', timestamp: '20', payload: '/////w==' } },
  { event: 'media', streamSid: 'MZ1', media: { track: 'inbound', chunk: '9', timestamp: '9000', payload: 'AAAA' } },
  { event: 'mark', streamSid: 'MZ1', mark: { name: '1' } },
  { event: 'dtmf', streamSid: 'MZ1', dtmf: { track: 'inbound_track', digit: '5' } },
  { event: 'stop', streamSid: 'MZ1', stop: { accountSid: 'AC1', callSid: 'CA1' } },
];
const EVENTS: readonly object[] = Object.values(SAMPLE_EVENTS);

/** What a changed field holds. */
const value = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom<unknown>(null, true, 0, -1, 1e300, 2 ** 53, '', ' ', '0', '=', 'AAA', 'AAAA'),
  },
  fc.constantFrom<unknown>('resp_1', 'item_2', 'call_1', 'item_3', 'book', '__proto__', 'constructor', '\ud800', '{'),
  fc.constantFrom<unknown>({}, [], [[]], { type: 'message' }, { id: 7 }, 'a'.repeat(20_000)),
  fc.jsonValue({ maxDepth: 2 }),
);
const change = fc.record({ kind: fc.constantFrom('set', 'remove', 'add'), at: fc.nat(60), value });
const splice = fc.record({ at: fc.nat(400), removed: fc.nat(5), text: fc.string({ maxLength: 4 }) });
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

function changed(original: object, changes: readonly Change[]): unknown {
  const root = structuredClone(original) as Record<string, unknown>;
  for (const { kind, at, value: given } of changes) {
    const places: [Record<string, unknown>, string][] = [];
    const visit = (node: unknown): void => {
      if (typeof node !== 'object' || node === null) return;
      for (const key of Object.keys(node)) {
        places.push([node as Record<string, unknown>, key]);
        visit((node as Record<string, unknown>)[key]);
      }
    };
    visit(root);
    const [parent, key] = places[at % Math.max(1, places.length)] ?? [root, 'x'];
    if (kind === 'remove') delete parent[key];
    else
      Object.defineProperty(parent, kind === 'add' ? `${key}2` : key, {
        value: structuredClone(given),
        enumerable: true,
        configurable: true,
        writable: true,
      });
  }
  return root;
}

function textFrom(corpus: readonly object[]): fc.Arbitrary<string> {
  const mutated = fc
    .tuple(fc.constantFrom(...corpus), fc.array(change, { maxLength: 3 }))
    .map(([original, changes]) => JSON.stringify(changed(original, changes)));
  const spliced = fc
    .tuple(mutated, splice)
    .map(([text, { at, removed, text: put }]) => text.slice(0, at) + put + text.slice(at + removed));
  const nested = fc.nat(100_000).map((depth) => '['.repeat(depth));
  return fc.oneof(
    { weight: 12, arbitrary: mutated },
    { weight: 4, arbitrary: spliced },
    { weight: 1, arbitrary: fc.string() },
    { weight: 1, arbitrary: nested },
  );
}

const input = fc.oneof(
  { weight: 5, arbitrary: fc.record({ from: fc.constant('caller' as const), text: textFrom(FRAMES) }) },
  { weight: 10, arbitrary: fc.record({ from: fc.constant('model' as const), text: textFrom(EVENTS) }) },
  {
    weight: 1,
    arbitrary: fc.record({ from: fc.constant('clock' as const), delayMs: fc.integer({ min: 1, max: 3000 }) }),
  },
);
type Input = typeof input extends fc.Arbitrary<infer T> ? T : never;

/** A call that is answered, then sent all inputs; returns the codes of what it reported. */
async function holdCall(inputs: readonly Input[]): Promise<unknown[]> {
  const clock = new VirtualClock(() => setImmediate());
  const toPhone: string[] = [];
  const line = new MemoryPhoneSocket({ text: (text) => toPhone.push(text), closed: () => {} });
  const models: ScriptedSocket[] = [];
  const transport = new TwilioRealtimeTransportLayer({
    twilioWebSocket: line,
    clock,
    createWebSocket: async () => {
      const model = new ScriptedSocket();
      models.push(model);
      clock.schedule(1, () => model.open());
      return model;
    },
  });
  const book = tool({ name: 'book', description: 'Books.', parameters: undefined, execute: async () => 'booked' });
  const session = new RealtimeSession(new RealtimeAgent({ name: 'Desk', tools: [book] }), { transport, clock });
  const codes: unknown[] = [];
  session.on('error', ({ error }) => {
    const { code, type } = error as { code?: unknown; type?: unknown };
    // An `error` of the model is what it sent.
    codes.push(type === 'error' ? 'server' : code);
  });
  line.receive(JSON.stringify(START));
  await clock.runUntil(session.connect({ apiKey: 'local' }));
  for (const one of inputs) {
    if (one.from === 'caller') line.receive(one.text);
    else if (one.from === 'model') models.at(-1)?.receive(one.text);
    else await clock.advance(one.delayMs);
  }
  await clock.advance(100);
  const isList = Array.isArray(session.history);
  session.close();
  await clock.advance(100);
  expect(isList).toBe(true);
  for (const text of toPhone) {
    expect(JSON.parse(text)).toMatchObject({ event: expect.stringMatching(/^(media|mark|clear)$/), streamSid: 'MZ1' });
  }
  return codes;
}

test(
  `a telephone call lives through ${INPUTS} inputs of its caller and its model`,
  { timeout: 14_400_000 },
  async () => {
    const found = new Map<unknown, number>();
    const spies = [vi.spyOn(logger, 'warn'), vi.spyOn(logger, 'error')].map((spy) => spy.mockReturnValue());
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(input, { minLength: INPUTS_A_CALL, maxLength: INPUTS_A_CALL }), async (inputs) => {
          for (const code of await holdCall(inputs)) {
            expect(code).toMatch(/^(ERR_|server)/);
            found.set(code, (found.get(code) ?? 0) + 1);
          }
        }),
        { numRuns: Math.ceil(INPUTS / INPUTS_A_CALL), seed: SEED },
      );
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
    // Inputs that are refused at the door only would find nothing behind it.
    expect([...found.keys()]).toEqual(expect.arrayContaining(['ERR_PHONE_FRAME', 'ERR_MALFORMED_EVENT', 'server']));
    if (process.env['BARGEIN_FUZZ_EVENTS'] !== undefined) console.log(found);
  },
);
