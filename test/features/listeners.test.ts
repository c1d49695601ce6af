// `close()` inside a listener of an event that a session has only with a feature, and listeners that fail.

import { describe, expect, test } from 'vitest';
import { falseInterruption, holdBack, inputGate, turnMetrics } from '../../src/features/index.ts';
import { type CallOptions, stageCall } from './call-stage.ts';

type Call = Awaited<ReturnType<typeof stageCall>>;

/** A call in which the event comes up, for anybody who does not end it before. */
interface Case {
  readonly options?: Partial<CallOptions>;
  converse(call: Call): Promise<void>;
}

const ANSWER = [[{ say: 'A long answer of which nobody should lose a word.' }]];

async function coughOverTheAnswer({ speak, clock }: Call): Promise<void> {
  await speak(600);
  await clock.advance(1500);
  await speak(300);
  await clock.advance(6000);
}

async function speakOnce({ speak, clock }: Call): Promise<void> {
  await speak(600);
  await clock.advance(6000);
}

const cases: Readonly<Record<string, Case>> = {
  audio_paused: { options: { features: [falseInterruption({ resumeAfterMs: 1000 })] }, converse: coughOverTheAnswer },
  audio_resumed: { options: { features: [falseInterruption({ resumeAfterMs: 1000 })] }, converse: coughOverTheAnswer },
  audio_hold_timeout: {
    options: {
      features: [holdBack({ holdBackMs: 1000 })],
      outputGuardrails: [{ name: 'never done', execute: () => new Promise(() => {}) }],
      outputGuardrailSettings: { debounceTextLength: -1 },
    },
    converse: speakOnce,
  },
  input_refused: {
    options: { features: [inputGate({ check: () => Promise.resolve({ allow: false, reason: 'secrets' }) })] },
    converse: speakOnce,
  },
  turn_metrics: { options: { features: [turnMetrics()] }, converse: speakOnce },
};

async function stageCase({ options }: Case): Promise<Call> {
  const turns = [
    { heard: 'Tell me everything.', replies: ANSWER },
    { heard: '', replies: ANSWER },
  ];
  return stageCall({ scenario: { turns }, replyMs: 3000, ...options });
}

describe.each(Object.entries(cases))('%s', (name, aCase) => {
  const event = name as 'turn_metrics';

  test('comes up', async () => {
    const call = await stageCase(aCase);
    let seen = 0;
    call.session.on(event, () => seen++);
    await aCase.converse(call);
    expect(seen).toBeGreaterThan(0);
    await call.end();
  });

  test('has a listener that throws: an error, and the call goes on as without it', async () => {
    const undisturbed = await stageCase(aCase);
    await aCase.converse(undisturbed);
    const call = await stageCase(aCase);
    call.session.on(event, () => {
      throw new Error('listener');
    });
    await aCase.converse(call);
    expect(call.errors.at(-1)).toMatchObject({ code: 'ERR_LISTENER_FAILED', event: name });
    for (const type of ['response.create', 'conversation.item.truncate'])
      expect(call.sent(type)).toHaveLength(undisturbed.sent(type).length);
    expect(call.session.history).toHaveLength(undisturbed.session.history.length);
    await undisturbed.end();
    await call.end();
  });

  test('may be answered with close(): the session ends once, sends no more and leaves no timer', async () => {
    const call = await stageCase(aCase);
    const { session, errors, sent } = call;
    const states: string[] = [];
    let sentAtClose = -1;
    session.on('connection', ({ state }) => states.push(state));
    session.on(event, () => {
      session.close();
      sentAtClose = sent('response.create').length + sent('conversation.item.truncate').length;
    });
    await aCase.converse(call);
    expect(states).toEqual(['disconnected']);
    expect(session.transport.status).toBe('disconnected');
    expect(sent('response.create').length + sent('conversation.item.truncate').length).toBe(sentAtClose);
    expect(errors).toEqual([]);
    await call.end();
    expect(call.clock.timerCount).toBe(0);
  });
});
