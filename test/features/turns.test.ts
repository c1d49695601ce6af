// Push-to-talk and the input gate, over the local server.

import { expect, test } from 'vitest';
import { inputGate, pushToTalk } from '../../src/features/index.ts';
import { RealtimeAgent, RealtimeSession } from '../../src/index.ts';
import { ScriptedTransport } from '../../src/testing/scripted-transports.ts';
import { stageCall } from './call-stage.ts';

const turns = [
  { heard: 'What is your password?', replies: [[{ say: 'It is swordfish.' }]] },
  { heard: 'What time is it?', replies: [[{ say: 'Noon.' }]] },
];

test('a refused turn gets no answer and leaves the conversation; the next one is answered', async () => {
  const seen: unknown[] = [];
  const { session, speak, clock, sent, heardMs, errors, end } = await stageCall({
    scenario: { turns },
    replyMs: 1000,
    features: [
      inputGate({
        check: async ({ text, context }) => {
          seen.push([text, context.context.history.length]);
          return text?.includes('password') === true ? { allow: false, reason: 'secrets' } : true;
        },
      }),
    ],
  });
  const refused: unknown[] = [];
  session.on('input_refused', (event) => refused.push(event));
  await speak(600);
  await clock.advance(4000);
  expect(refused).toEqual([{ itemId: expect.any(String), text: 'What is your password?', reason: 'secrets' }]);
  expect(sent('response.create')).toEqual([]);
  expect(heardMs()).toEqual([]);
  expect(session.history).toEqual([]);
  await speak(600);
  await clock.advance(5000);
  expect(seen).toHaveLength(2);
  expect(sent('response.create')).toHaveLength(1);
  expect(heardMs()).toHaveLength(1);
  expect(errors).toEqual([]);
  await end();
});

test('a check that throws refuses, and the error is told', async () => {
  const { session, speak, clock, sent, errors, end } = await stageCall({
    scenario: { turns },
    replyMs: 1000,
    features: [inputGate({ check: () => Promise.reject(new Error('no judge')) })],
  });
  const refused: unknown[] = [];
  session.on('input_refused', ({ reason }) => refused.push(reason));
  await speak(600);
  await clock.advance(4000);
  expect(refused).toEqual(['the check failed']);
  expect(errors).toEqual([new Error('no judge')]);
  expect(sent('response.create')).toEqual([]);
  await end();
});

test('a held button is a turn: it stops the agent, and what was said is answered', async () => {
  const talk = pushToTalk();
  const { session, speak, clock, sent, heardMs, errors, end } = await stageCall({
    scenario: { turns },
    replyMs: 3000,
    features: [talk],
  });
  talk.beginTurn();
  await speak(800);
  expect(talk.endTurn()).toBe(true);
  await clock.advance(1500);
  expect(heardMs()).toHaveLength(1);
  talk.beginTurn();
  await speak(800);
  expect(sent('conversation.item.truncate')).toHaveLength(1);
  expect(talk.endTurn()).toBe(true);
  await clock.advance(5000);
  expect(sent('response.create')).toHaveLength(2);
  expect(heardMs()).toHaveLength(2);
  expect(session.history).toHaveLength(4);
  expect(errors).toEqual([]);
  await end();
});

test('a button that is pressed without a word is no turn', async () => {
  const talk = pushToTalk();
  const { clock, sent, errors, end } = await stageCall({ scenario: { turns }, replyMs: 1000, features: [talk] });
  talk.beginTurn();
  expect(talk.endTurn()).toBe(false);
  await clock.advance(500);
  expect(sent('input_audio_buffer.commit')).toEqual([]);
  expect(sent('response.create')).toEqual([]);
  expect(errors).toEqual([]);
  await end();
});

test('a turn needs a connection, and the feature one session', async () => {
  const agent = new RealtimeAgent({ name: 'Front' });
  const talk = pushToTalk();
  const options = { transport: new ScriptedTransport(), features: [talk] };
  const session = new RealtimeSession(agent, options);
  expect(() => talk.beginTurn()).toThrow(expect.objectContaining({ code: 'ERR_NOT_CONNECTED' }));
  expect(() => new RealtimeSession(agent, options)).toThrow(/for one session/);
  await session.connect();
  expect(options.transport.connectOptions?.initialSessionConfig?.audio?.input?.turnDetection).toBeNull();
});
