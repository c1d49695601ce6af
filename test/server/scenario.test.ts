import { describe, expect, test } from 'vitest';
import { createRealtimeServer, parseScenario, type Scenario } from '../../src/server/index.ts';
import { ScriptedClient } from './scripted-client.ts';

const scenario: Scenario = {
  opening: [[{ say: 'Welcome.' }]],
  turns: [
    { heard: 'one', replies: [[{ say: 'First.' }]] },
    { heardIncludes: 'Policy', replies: [[{ say: 'Sorry about that.' }], [{ say: 'Sorry again.' }]] },
    { heard: 'two', replies: [[{ say: 'Second.' }]] },
  ],
};

async function saidAfter(...texts: (string | null)[]): Promise<(string | undefined)[]> {
  const client = await ScriptedClient.open({ scenario });
  for (const text of texts) {
    if (text === null) client.send({ type: 'response.create' });
    else client.say(text);
    await client.next('response.done');
  }
  await client.close();
  return client.of('response.output_audio_transcript.done').map(({ transcript }) => transcript);
}

describe('a scenario', () => {
  test('answers turn by turn, and a turn out of sequence does not move it on', async () => {
    expect(await saidAfter('hello', 'against the policy!', null, 'next')).toEqual([
      'First.',
      'Sorry about that.',
      'Sorry again.',
      'Second.',
    ]);
  });

  test('has an opening for before the first turn', async () => {
    expect(await saidAfter(null, 'hello')).toEqual(['Welcome.', 'First.']);
  });

  test('leaves the rest to the default brain', async () => {
    expect(await saidAfter('a', 'b', 'c')).toEqual(['First.', 'Second.', 'I heard you say: c']);
  });

  test('is the same each time', async () => {
    const run = async (): Promise<string> => {
      const client = await ScriptedClient.open({ scenario });
      client.say('hello');
      await client.next('response.done');
      await client.close();
      return JSON.stringify(client.arrivals);
    };
    expect(await run()).toBe(await run());
  });
});

describe('the options of a server', () => {
  test('are checked when it is made', () => {
    expect(() => createRealtimeServer({ pace: { deltaMs: 0 } })).toThrow(expect.objectContaining({ code: 'ERR_PACE' }));
    expect(() => createRealtimeServer({ pace: { intervalMs: Number.NaN } })).toThrow(
      expect.objectContaining({ code: 'ERR_PACE' }),
    );
    expect(() => createRealtimeServer({ scenario: { turns: [{ replies: [[{ say: '' }]] }] } })).toThrow(
      expect.objectContaining({ code: 'ERR_SCENARIO' }),
    );
  });
});

describe('parseScenario', () => {
  test('passes what is right', () => {
    expect(parseScenario(JSON.parse(JSON.stringify(scenario)))).toEqual(scenario);
  });

  test.each([
    [{}, 'scenario.turns'],
    [{ turns: [{ replies: [[{ say: '' }]] }] }, 'scenario.turns.0.replies.0.0'],
    [{ turns: [{ replies: [[{ call: 'f' }]] }] }, 'scenario.turns.0.replies.0.0'],
    [{ turns: [{ heared: 'x', replies: [] }] }, 'unknown: heared'],
  ])('refuses %j', (value, message) => {
    expect(() => parseScenario(value)).toThrow(
      expect.objectContaining({ code: 'ERR_SCENARIO', message: expect.stringContaining(message) }),
    );
  });
});
