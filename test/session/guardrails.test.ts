import { expect, test } from 'vitest';
import type { ScriptedInput } from './conversation.ts';
import {
  Conversation,
  createResponse,
  done,
  historyGrows,
  interrupted,
  report,
  sent,
  told,
  truncate,
} from './conversation.ts';

function says(delta: string, responseId = 'r1'): ScriptedInput {
  return { type: 'transcriptDelta', responseId, itemId: 'a1', delta };
}

function run(runId: string, text: string, guardrail = 0): object {
  return { type: 'runGuardrail', runId, guardrail, agentName: 'Front', responseId: 'r1', itemId: 'a1', text };
}

function passes(runId: string): ScriptedInput {
  return { type: 'guardrailSettled', runId, tripped: null };
}

function trips(runId: string): ScriptedInput {
  return { type: 'guardrailSettled', runId, tripped: { error: 'tripwire', feedback: 'Stay on topic.' } };
}

const tripped = told({ type: 'guardrailTripped', agentName: 'Front', error: 'tripwire', itemId: 'a1' });
const feedback = sent({ type: 'message', message: 'Stay on topic.', otherEventData: {} });
const agentEnd = told({ type: 'agentEnd', agentName: 'Front', output: 'Done.' });

function heard(itemId: string) {
  return { itemId, contentIndex: 0, responseId: 'r1', receivedFrames: 2400, renderedFrames: 2400 };
}

function speaking(guardrailDebounceLength = 5, guardrailCount = 1): Conversation {
  const conversation = new Conversation({ guardrailDebounceLength, guardrailCount });
  conversation.speaks('r1', 'a1');
  return conversation;
}

test('a run begins at enough new text, one at a time, over all of the text so far', () => {
  const conversation = speaking();
  expect(conversation.on(says('1234'))).toEqual([historyGrows]);
  expect(conversation.on(says('5'))).toEqual([historyGrows, run('s_1', '12345')]);
  expect(conversation.on(says('67890'))).toEqual([historyGrows]);
  expect(conversation.on(passes('s_1'))).toEqual([run('s_2', '1234567890')]);
  expect(conversation.on(passes('s_2'), passes('s_2'), says('abcd'))).toEqual([historyGrows]);
});

test('what comes in one piece, with the end of the response, is read, too', () => {
  const conversation = speaking();
  const whole = { ...done('r1'), outputItemId: 'a1' } as ScriptedInput;
  expect(conversation.on(whole)).toEqual([agentEnd, run('s_1', 'Done.')]);
  expect(conversation.on(trips('s_1'))).toContainEqual(tripped);
});

test('the rest is read once at the end, and nothing when there is nothing left', () => {
  const conversation = speaking();
  conversation.on(says('12345'), passes('s_1'), says('67'));
  expect(conversation.on(done('r1'))).toEqual([agentEnd, run('s_2', '1234567')]);
  expect(conversation.on(passes('s_2'), says('late'))).toEqual([]);
  expect(conversation.state.guardrails.texts).toEqual([]);
});

test('a run that is in flight at the end is followed by the rest', () => {
  const conversation = speaking();
  conversation.on(says('12345'), says('67'), done('r1'));
  expect(conversation.on(passes('s_1'))).toEqual([run('s_2', '1234567')]);
});

test('with -1 the text is read once, at the end', () => {
  const conversation = speaking(-1);
  expect(conversation.on(says('a rather long sentence'))).toEqual([historyGrows]);
  expect(conversation.on(done('r1'))).toEqual([agentEnd, run('s_1', 'a rather long sentence')]);
});

test('a response without text is not read', () => {
  const silent: ScriptedInput = { type: 'responseDone', responseId: 'r1', status: 'completed', outputText: '' };
  expect(speaking(-1).on(silent)).toEqual([told({ type: 'agentEnd', agentName: 'Front', output: '' })]);
});

test('a tripwire interrupts, has the model told, and asks for a new response after the report', () => {
  const conversation = speaking();
  conversation.on(says('12345'));
  expect(conversation.on(trips('s_1'))).toEqual([
    tripped,
    interrupted,
    sent({ type: 'cancelResponse', responseId: 'r1' }),
    { type: 'flushPlayout', interruptId: 's_2' },
    { type: 'startInterruptTimer', interruptId: 's_2', delayMs: 250 },
    feedback,
  ]);
  expect(conversation.on(done('r1'))).toEqual([agentEnd]);
  const effects = conversation.on(report('s_2', ['a1', 100, 400]));
  expect(effects[0]).toEqual(truncate('a1', 100));
  expect(effects.at(-1)).toEqual(createResponse('s_3'));
});

test('a response trips once', () => {
  const conversation = speaking();
  conversation.on(says('12345'), says('67890'), trips('s_1'));
  expect(conversation.on(trips('s_1'), says('more and more'), done('r1'))).toEqual([agentEnd]);
});

test('a response trips once on a transport that goes on speaking', () => {
  const conversation = new Conversation({ guardrailDebounceLength: 5, isDriven: false });
  conversation.speaks('r1', 'a1');
  conversation.on(says('12345'));
  expect(conversation.on(trips('s_1'))).toEqual([tripped, sent({ type: 'interrupt' }), feedback]);
  expect(conversation.on(says('more and more'), done('r1'))).toEqual([historyGrows, agentEnd]);
});

test('a guardrail that throws is reported, and the text counts as read', () => {
  const conversation = speaking();
  conversation.on(says('12345'));
  const failed = { type: 'guardrailSettled', runId: 's_1', tripped: null, error: 'thrown' } as const;
  expect(conversation.on(failed, done('r1'))).toEqual([told({ type: 'error', error: 'thrown' }), agentEnd]);
});

test('a fast guardrail trips at once, whatever a slower one does', () => {
  const conversation = speaking(5, 2);
  expect(conversation.on(says('12345')).slice(1)).toEqual([run('s_1', '12345', 0), run('s_2', '12345', 1)]);
  expect(conversation.on(trips('s_2')).slice(0, 2)).toEqual([tripped, interrupted]);
  expect(conversation.on(passes('s_1'), says('67890'))).toEqual([]);
});

test('each guardrail reads on at its own pace', () => {
  const conversation = speaking(5, 2);
  conversation.on(says('12345'), says('67890'));
  expect(conversation.on(passes('s_2'))).toEqual([run('s_3', '1234567890', 1)]);
  expect(conversation.on(passes('s_3'), says('abcde')).slice(1)).toEqual([run('s_4', '1234567890abcde', 1)]);
  expect(conversation.on(passes('s_1'))).toEqual([run('s_5', '1234567890abcde', 0)]);
});

test('a second guardrail that trips over the same response changes nothing', () => {
  const conversation = speaking(5, 2);
  conversation.on(says('12345'), trips('s_1'));
  expect(conversation.on(trips('s_2'))).toEqual([]);
});

test('the correction waits until a user who speaks has been answered', () => {
  const conversation = speaking();
  conversation.on(says('12345'), done('r1'), { type: 'playoutDone', position: heard('a1') });
  conversation.on({ type: 'speechStarted', serverInterrupts: true });
  expect(conversation.on(trips('s_1'))).toEqual([tripped, feedback, { type: 'startSpeechTimer', delayMs: 5000 }]);
  expect(conversation.on({ type: 'speechStopped' }).at(-1)).toEqual(createResponse('s_2'));
});

test('a tripwire over what the conversation has left behind is reported, and interrupts nothing', () => {
  const conversation = speaking();
  conversation.on(says('12345'), done('r1'), { type: 'playoutDone', position: heard('a1') });
  conversation.on({ type: 'responseStarted', responseId: 'r2' });
  expect(conversation.on(trips('s_1'))).toEqual([tripped]);
});

test('a tripwire over what can still be heard interrupts what came after it as well', () => {
  const conversation = speaking();
  conversation.on(says('12345'), done('r1'), { type: 'responseStarted', responseId: 'r2' });
  expect(conversation.on(trips('s_1')).slice(0, 3)).toEqual([
    tripped,
    interrupted,
    sent({ type: 'cancelResponse', responseId: 'r2' }),
  ]);
});

test('text that an interrupt cut off is not read', () => {
  const conversation = speaking();
  conversation.on(says('1234'), { type: 'speechStarted', serverInterrupts: true });
  expect(conversation.on(says('5678'), done('r1'))).toEqual([agentEnd]);
});

test('without guardrails nothing is kept', () => {
  const conversation = new Conversation();
  conversation.speaks('r1', 'a1');
  expect(conversation.on(says('12345'), done('r1'))).toEqual([historyGrows, agentEnd]);
  expect(conversation.state.guardrails.texts).toEqual([]);
});
