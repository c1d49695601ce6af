import { expect, test } from 'vitest';
import type { RealtimeOutputGuardrail } from '../../src/agent/guardrail.ts';
import { holdBack } from '../../src/features/index.ts';
import { RealtimeAgent, RealtimeSession } from '../../src/index.ts';
import { ScriptedTransport } from '../../src/testing/scripted-transports.ts';
import { stageCall } from './call-stage.ts';

/** A guardrail that reads for so long and trips on a word. */
function slowGuardrail(readingMs: number, schedule: (delayMs: number, callback: () => void) => void) {
  const guardrail: RealtimeOutputGuardrail = {
    name: 'no secrets',
    execute: ({ agentOutput }) =>
      new Promise((resolve) => {
        const verdict = { tripwireTriggered: agentOutput.includes('password'), outputInfo: null };
        schedule(readingMs, () => resolve(verdict));
      }),
  };
  return guardrail;
}

async function saying(text: string, readingMs: number, options: Parameters<typeof holdBack>[0] = {}) {
  let schedule: (delayMs: number, callback: () => void) => void = () => {};
  const call = await stageCall({
    scenario: {
      turns: [{ replies: [[{ say: text }]] }, { heardIncludes: 'guardrail', replies: [[{ say: 'Sorry.' }]] }],
    },
    replyMs: 2000,
    outputGuardrails: [slowGuardrail(readingMs, (delayMs, callback) => schedule(delayMs, callback))],
    outputGuardrailSettings: { debounceTextLength: -1 },
    features: [holdBack(options)],
  });
  schedule = (delayMs, callback) => void call.clock.schedule(delayMs, callback);
  const events: string[] = [];
  for (const name of ['audio_hold_timeout', 'guardrail_tripped', 'playback_done'] as const) {
    call.session.on(name, () => events.push(name));
  }
  let emittedFrames = 0;
  call.session.on('audio', ({ data }) => {
    emittedFrames += data.byteLength / 2;
  });
  call.session.sendMessage('Speak.');
  return { ...call, events, emittedFrames: () => emittedFrames };
}

test('not a sample is heard or emitted before the guardrail has let the words through; then all are', async () => {
  const { clock, heardMs, emittedFrames, events, errors, end } = await saying('Good evening to you.', 1500);
  await clock.advance(1400);
  expect(heardMs()).toEqual([]);
  expect(emittedFrames()).toBe(0);
  await clock.advance(6000);
  expect(heardMs()).toEqual([2000]);
  expect(emittedFrames()).toBe(48_000);
  expect(events).toEqual(['playback_done']);
  expect(errors).toEqual([]);
  await end();
});

test('what a guardrail trips on is never heard, and the server is told so', async () => {
  const { clock, heardMs, sent, session, events, errors, end } = await saying('The password is swordfish.', 500);
  await clock.advance(12_000);
  const [, secret] = session.history;
  expect(secret).toMatchObject({
    content: [{ transcript: '', heardMs: 0, unheardTranscript: 'The password is swordfish.' }],
  });
  expect(sent('conversation.item.truncate')).toMatchObject([{ item_id: secret?.itemId, audio_end_ms: 0 }]);
  // The correction alone.
  expect(heardMs()).toHaveLength(1);
  expect(events).toEqual(['guardrail_tripped', 'playback_done']);
  expect(errors).toEqual([]);
  await end();
});

test('a slow verdict: blocked audio waits for it, and the app is told', async () => {
  const { clock, heardMs, events, end } = await saying('Good evening.', 4000, { holdBackMs: 1000 });
  await clock.advance(3500);
  expect(events).toEqual(['audio_hold_timeout']);
  expect(heardMs()).toEqual([]);
  await clock.advance(6000);
  expect(heardMs()).toEqual([2000]);
  await end();
});

test("a slow verdict: with 'release' the audio is heard unread", async () => {
  const { clock, heardMs, events, end } = await saying('Good evening.', 9000, {
    holdBackMs: 1000,
    onHoldTimeout: 'release',
  });
  await clock.advance(6000);
  expect(events).toEqual(['audio_hold_timeout', 'playback_done']);
  expect(heardMs()).toEqual([2000]);
  await end();
});

test('an interrupt while the audio waits drops it, and the server learns that none of it was heard', async () => {
  const { clock, heardMs, session, sent, errors, end } = await saying('Good evening.', 3000);
  await clock.advance(2000);
  session.interrupt();
  await clock.advance(6000);
  expect(heardMs()).toEqual([]);
  expect(sent('conversation.item.truncate')).toMatchObject([{ audio_end_ms: 0 }]);
  expect(errors).toEqual([]);
  await end();
});

test('a session without guardrails, and a transport that cannot hold audio, are refused', () => {
  const agent = new RealtimeAgent({ name: 'Front' });
  const features = [holdBack()];
  const outputGuardrails = [slowGuardrail(1, () => {})];
  const transport = new ScriptedTransport();
  expect(() => new RealtimeSession(agent, { transport, features })).toThrow(/has none: give it outputGuardrails/);
  expect(() => new RealtimeSession(agent, { transport, features, outputGuardrails })).toThrow(
    expect.objectContaining({ code: 'ERR_TRANSPORT_FEATURE' }),
  );
  expect(() => holdBack({ holdBackMs: Number.NaN })).toThrow(/holdBackMs must be 0…600000, got NaN/);
});
