import { describe, expect, test } from 'vitest';
import { isFinishedThought } from '../../src/server/finished-thought.ts';
import type { Ears } from '../../src/server/index.ts';
import { appendsOf, ScriptedClient } from './scripted-client.ts';

const RATE = 24_000;

/** Something that the detector takes for speech, and silence. */
function sound(ms: number): Int16Array {
  return Int16Array.from({ length: (ms * RATE) / 1000 }, (_, i) =>
    Math.round(9000 * Math.sin(i / 9) * Math.sin(i / 900)),
  );
}
const silence = (ms: number): Int16Array => new Int16Array((ms * RATE) / 1000);

async function listenTo(
  eagerness: 'low' | 'auto' | 'high',
  transcribePause: Ears['transcribePause'],
): Promise<ScriptedClient> {
  const ears: Ears = {
    transcribe: async () => 'the whole turn',
    ...(transcribePause !== undefined && { transcribePause }),
  };
  const client = await ScriptedClient.open({ ears });
  const turn_detection = { type: 'semantic_vad' as const, eagerness, create_response: false };
  client.send({ type: 'session.update', session: { type: 'realtime', audio: { input: { turn_detection } } } });
  await client.next('session.updated');
  return client;
}

/** Sends audio at the rate of real time, as a microphone does. */
async function speak(client: ScriptedClient, ...stretches: Int16Array[]): Promise<void> {
  for (const stretch of stretches) {
    for (const packet of appendsOf(stretch)) {
      client.send(packet);
      await client.clock.advance(20);
    }
  }
}

/** Length of the pause behind the speech after which the turn ended. */
function pauseMs(client: ScriptedClient, speechEndMs: number): number {
  return (client.of('input_audio_buffer.speech_stopped')[0]?.audio_end_ms ?? Infinity) - speechEndMs;
}

describe('semantic_vad with ears that can be asked', () => {
  test.each([
    ['high', 'I would like a room.', 350, 500],
    ['auto', 'I would like a room.', 600, 750],
    ['low', 'I would like a room.', 1200, 1350],
    ['high', 'I would like a', 2000, 2150],
    ['auto', 'I would like a', 4000, 4150],
    ['low', 'I would like a', 8000, 8150],
  ] as const)('eagerness %s waits after "%s" for %i to %i ms', async (eagerness, text, least, most) => {
    const client = await listenTo(eagerness, async () => text);
    await speak(client, silence(500), sound(1000), silence(9000));
    expect(pauseMs(client, 1500)).toBeGreaterThanOrEqual(least - 40);
    expect(pauseMs(client, 1500)).toBeLessThanOrEqual(most);
    expect(client.of('input_audio_buffer.speech_stopped')).toHaveLength(1);
    await client.close();
  });

  test('goes on with the same turn when the speaker does', async () => {
    const asked: number[] = [];
    const client = await listenTo('auto', async ({ pcm16 }) => {
      asked.push(pcm16.length / RATE);
      return asked.length === 1 ? 'I would like a' : 'I would like a room.';
    });
    await speak(client, silence(500), sound(1000), silence(1500), sound(800), silence(2000));
    expect(client.of('input_audio_buffer.speech_started')).toHaveLength(1);
    expect(client.of('input_audio_buffer.committed')).toHaveLength(1);
    expect(pauseMs(client, 3800)).toBeLessThanOrEqual(750);
    expect(asked).toHaveLength(2);
    expect(asked[1]).toBeGreaterThan(3);
    await client.close();
  });

  test('judges by silence when the ears fail, or can not be asked', async () => {
    for (const ears of [async () => Promise.reject(new Error('deaf')), undefined]) {
      const client = await listenTo('auto', ears);
      await speak(client, silence(500), sound(1000), silence(2000));
      expect(pauseMs(client, 1500)).toBeGreaterThanOrEqual(560);
      expect(pauseMs(client, 1500)).toBeLessThanOrEqual(750);
      await client.close();
    }
  });
});

test.each<[string, boolean]>([
  ['What is the weather like?', true],
  ['transfer me please', true],
  ['yes', true],
  ['hold a room for tomorrow', true],
  ['I would like to', false],
  ['hold a room for', false],
  ['a room, and', false],
  ['first of all,', false],
  ['well...', false],
  ['um', false],
  ['', false],
])('"%s": finished is %s', (text, isFinished) => {
  expect(isFinishedThought(text)).toBe(isFinished);
});
