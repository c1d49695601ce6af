import { expect, test } from 'vitest';
import { type Brain, createRealtimeServer, type ServerConnection, type Voice } from '../../src/server/index.ts';
import type { SentEvent } from '../../src/server/sent-event.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { Choice } from '../session/choices.ts';
import { mutatedEvent } from './mutations.ts';
import { SessionWitness } from './session-witness.ts';

/** A million with `BARGEIN_FUZZ_EVENTS=1000000`, which takes minutes. */
const EVENTS = Number(process.env['BARGEIN_FUZZ_EVENTS'] ?? 200_000);
const FIRST_SEED = Number(process.env['BARGEIN_FUZZ_SEED'] ?? 1);
const EVENTS_A_SESSION = 200;

/** Short whatever the text, which may be a megabyte. */
const voice: Voice = {
  synthesize: async ({ text, sampleRate }) => new Int16Array((Math.min(text.length, 40) * sampleRate) / 100),
};

/** Uses tools when it has some, and sometimes fails. */
const brain: Brain = {
  respond: async ({ tools, responseIndex, lastUserText, items }) => {
    if (items.length % 11 === 10) throw new Error('lost the thread');
    const [tool] = tools;
    if (tool !== undefined && responseIndex % 2 === 0) return [{ call: tool.name, arguments: {} }, { say: 'Wait.' }];
    return [{ say: `You said: ${lastUserText ?? 'nothing'}. And what now?` }];
  },
};

/** The client's end, without a network and without delay. */
class Wire implements ServerConnection {
  readonly witness = new SessionWitness();
  answers: SentEvent[] = [];
  failure: unknown;
  deliver: (text: string) => void = () => {};
  hangUp: () => void = () => {};
  #isOpen = true;

  send(text: string): void {
    try {
      if (!this.#isOpen) throw new Error(`sent after the close: ${text.slice(0, 200)}`);
      this.answers.push(this.witness.receive(text));
    } catch (error) {
      // The server is not to see it, and may be in a promise of its own.
      this.failure ??= error;
    }
  }

  close(): void {
    this.#isOpen = false;
    this.hangUp();
  }

  onText(listener: (text: string) => void): void {
    this.deliver = listener;
  }

  onClose(listener: () => void): void {
    this.hangUp = listener;
  }
}

async function fuzzSession(seed: number): Promise<SessionWitness> {
  const choice = new Choice(seed);
  const clock = new VirtualClock(() => new Promise((resolve) => void setImmediate(resolve)));
  const server = createRealtimeServer({ clock, brain, voice, onEvent: () => {} });
  const wire = new Wire();
  server.accept(wire);
  const { witness } = wire;
  let text = '';
  try {
    for (let i = 0; i < EVENTS_A_SESSION; i++) {
      text = mutatedEvent(choice, witness.live);
      wire.answers = [];
      wire.deliver(text);
      if (wire.failure === undefined) witness.judge(text, wire.answers);
      if (choice.oneIn(10)) await clock.advance(choice.below(400));
      if (wire.failure !== undefined) throw wire.failure;
    }
    if (choice.oneIn(4)) {
      wire.close();
      await clock.advance(1000);
    } else {
      for (let waitedMs = 0; witness.activeResponses > 0 && waitedMs < 60_000; waitedMs += 200)
        await clock.advance(200);
      expect(witness.activeResponses).toBe(0);
    }
    if (wire.failure !== undefined) throw wire.failure;
  } catch (error) {
    throw new Error(`seed ${seed}, after ${text.slice(0, 2000)}`, { cause: error });
  } finally {
    await server.close();
  }
  return witness;
}

test(`answers each of ${EVENTS} mutated client events, and every response ends`, { timeout: 1_800_000 }, async () => {
  const accepted = new Map<string, number>();
  const refusals = new Map<string, number>();
  for (let session = 0; session < EVENTS / EVENTS_A_SESSION; session++) {
    const witness = await fuzzSession(FIRST_SEED + session);
    for (const [type, times] of witness.accepted) accepted.set(type, (accepted.get(type) ?? 0) + times);
    for (const [code, times] of witness.refusals) refusals.set(code, (refusals.get(code) ?? 0) + times);
  }
  // A fuzzer that only ever meets the schema finds nothing behind it.
  expect([...accepted.keys()].toSorted()).toEqual([
    'conversation.item.create',
    'conversation.item.delete',
    'conversation.item.retrieve',
    'conversation.item.truncate',
    'input_audio_buffer.append',
    'input_audio_buffer.clear',
    'input_audio_buffer.commit',
    'response.cancel',
    'response.create',
    'session.update',
  ]);
  expect(refusals.size).toBeGreaterThan(15);
  if (process.env['BARGEIN_FUZZ_EVENTS'] !== undefined) console.log({ accepted, refusals });
});
