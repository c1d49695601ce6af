import { describe, expect, test } from 'vitest';
import { SessionError } from '../../src/errors.ts';
import {
  call,
  cancelled,
  Conversation,
  createResponse,
  done,
  historyUpdated,
  mayRun,
  message,
  sent,
  settled,
  told,
  userSpeechStopped,
} from './conversation.ts';
import { acceptsAudio } from '../../src/session/step.ts';

const hello = sent({ type: 'message', message: 'hello', otherEventData: {} });
const agentStart = told({ type: 'agentStart', agentName: 'Front' });
const agentEnd = told({ type: 'agentEnd', agentName: 'Front', output: 'Done.' });
const alreadyActive = { type: 'serverError', code: 'conversation_already_has_active_response', error: 'busy' } as const;

/** A tool has answered a call of response r1, which is done; its output has asked for a response unless something held it. */
function afterToolOutput(conversation: Conversation): ReturnType<Conversation['on']> {
  conversation.on({ type: 'responseStarted', responseId: 'r1' }, call('r1', 'c1'), mayRun('c1'), done('r1'));
  return conversation.on(settled('c1'));
}

test('a message goes out at once, its response is asked for', () => {
  expect(new Conversation().on(message)).toEqual([hello, createResponse('s_1')]);
});

test('requests of the app queue and each gets its own response', () => {
  const conversation = new Conversation();
  expect(conversation.on(message, message, { type: 'requestResponse' })).toEqual([hello, createResponse('s_1'), hello]);
  expect(conversation.on({ type: 'responseStarted', responseId: 'r1' })).toEqual([agentStart]);
  expect(conversation.on(done('r1'))).toEqual([agentEnd, createResponse('s_2')]);
  expect(conversation.on({ type: 'responseStarted', responseId: 'r2' }, done('r2'))).toEqual([
    agentStart,
    agentEnd,
    createResponse('s_3'),
  ]);
  expect(conversation.on({ type: 'responseStarted', responseId: 'r3' }, done('r3'))).toEqual([agentStart, agentEnd]);
});

test('a response that starts or ends twice does so once', () => {
  const conversation = new Conversation();
  const start = { type: 'responseStarted', responseId: 'r1' } as const;
  expect(conversation.on(start, start, done('r1'), done('r1'), start)).toEqual([agentStart, agentEnd]);
  expect(conversation.state.responses.activeId).toBeNull();
});

test('a failed response is reported', () => {
  const conversation = new Conversation();
  conversation.on({ type: 'responseStarted', responseId: 'r1' });
  const effects = conversation.on({
    type: 'responseDone',
    responseId: 'r1',
    status: 'failed',
    reason: 'rate limit',
    outputText: '',
  });
  const error = new SessionError('Response r1 failed: rate limit.', { code: 'ERR_RESPONSE_FAILED' });
  expect(effects).toEqual([told({ type: 'agentEnd', agentName: 'Front', output: '' }), told({ type: 'error', error })]);
});

test('a tool output waits while the user speaks', () => {
  const conversation = new Conversation();
  conversation.on({ type: 'speechStarted', serverInterrupts: false });
  expect(afterToolOutput(conversation)).not.toContainEqual(createResponse('s_1'));
  expect(conversation.on({ type: 'speechStopped' })).toEqual([userSpeechStopped, createResponse('s_1')]);
});

test("the server's own response to a user turn answers the tool output, too", () => {
  const conversation = new Conversation({ createsResponses: true });
  conversation.on({ type: 'speechStarted', serverInterrupts: false });
  afterToolOutput(conversation);
  expect(conversation.on({ type: 'speechStopped' })).toEqual([
    userSpeechStopped,
    { type: 'startServerTurnTimer', turn: 1, delayMs: 1500 },
  ]);
  expect(conversation.on({ type: 'responseStarted', responseId: 'r2' }, done('r2'))).toEqual([agentStart, agentEnd]);
  expect(conversation.on({ type: 'serverTurnOverdue', turn: 1 })).toEqual([]);
});

test('when the server does not answer the turn in time, the tool output asks', () => {
  const conversation = new Conversation({ createsResponses: true });
  conversation.on({ type: 'speechStarted', serverInterrupts: false });
  afterToolOutput(conversation);
  conversation.on({ type: 'speechStopped' });
  expect(conversation.on({ type: 'serverTurnOverdue', turn: 0 })).toEqual([]);
  expect(conversation.on({ type: 'serverTurnOverdue', turn: 1 })).toEqual([createResponse('s_1')]);
});

test('any number of outputs share one response, and a request of the app answers them, too', () => {
  const conversation = new Conversation();
  conversation.on({ type: 'responseStarted', responseId: 'r1' }, call('r1', 'c1'), call('r1', 'c2'));
  conversation.on(mayRun('c1'), mayRun('c2'), settled('c1'), settled('c2'), { type: 'requestResponse' });
  expect(conversation.on(done('r1'))).toEqual([agentEnd, createResponse('s_1')]);
  expect(conversation.on({ type: 'responseStarted', responseId: 'r2' }, done('r2'))).toEqual([agentStart, agentEnd]);
});

test('a request that crossed with a response of the server goes again when that is done', () => {
  const conversation = new Conversation();
  conversation.on(message);
  expect(conversation.on({ type: 'responseStarted', responseId: 'own' })).toEqual([agentStart]);
  expect(conversation.on({ ...alreadyActive, eventId: 's_1' })).toEqual([]);
  expect(conversation.on({ ...alreadyActive, eventId: 's_1' })).toEqual([told({ type: 'error', error: 'busy' })]);
  expect(conversation.on(done('own'))).toEqual([agentEnd, createResponse('s_2')]);
});

test('requests with a body and an id of their own keep their order, and keep both when they go again', () => {
  const conversation = new Conversation();
  conversation.on({ type: 'responseStarted', responseId: 'r1' });
  const one = { response: { instructions: 'one' } };
  const two = { response: { instructions: 'two' }, eventId: 'mine' };
  expect(conversation.on({ type: 'requestResponse', ...one }, { type: 'requestResponse', ...two })).toEqual([]);
  const createOne = sent({ type: 'createResponse', eventId: 's_1', ...one });
  const createTwo = sent({ type: 'createResponse', ...two });
  expect(conversation.on(done('r1'))).toEqual([agentEnd, createOne]);
  conversation.on({ type: 'responseStarted', responseId: 'own' }, { ...alreadyActive, eventId: 's_1' });
  expect(conversation.on(done('own'))).toEqual([agentEnd, sent({ type: 'createResponse', eventId: 's_2', ...one })]);
  expect(conversation.on({ type: 'responseStarted', responseId: 'r2' }, done('r2'))).toEqual([
    agentStart,
    agentEnd,
    createTwo,
  ]);
});

test('requests that share a response get one', () => {
  const conversation = new Conversation();
  const shared = { type: 'requestResponse', isShared: true } as const;
  conversation.on({ type: 'responseStarted', responseId: 'r1' }, shared, shared);
  expect(conversation.on(done('r1'))).toEqual([agentEnd, createResponse('s_1')]);
  expect(conversation.on({ type: 'responseStarted', responseId: 'r2' }, done('r2'))).toEqual([agentStart, agentEnd]);
});

test('a response outside the conversation answers no tool output', () => {
  const conversation = new Conversation();
  const response = { conversation: 'none' };
  conversation.on({ type: 'responseStarted', responseId: 'r1' }, call('r1', 'c1'), mayRun('c1'), settled('c1'));
  conversation.on({ type: 'requestResponse', response });
  expect(conversation.on(done('r1'))).toEqual([agentEnd, sent({ type: 'createResponse', eventId: 's_1', response })]);
  expect(conversation.on({ type: 'responseStarted', responseId: 'r2' }, done('r2'))).toEqual([
    agentStart,
    agentEnd,
    createResponse('s_2'),
  ]);
});

test('a request that met an unknown response waits for its end', () => {
  const conversation = new Conversation();
  conversation.on(message);
  expect(conversation.on({ ...alreadyActive, eventId: 's_1' })).toEqual([
    { type: 'startServerTurnTimer', turn: 1, delayMs: 1500 },
  ]);
  expect(conversation.on(done('unknown'))).toEqual([createResponse('s_2')]);
});

test('a request that met an unknown response goes again at the deadline', () => {
  const conversation = new Conversation();
  conversation.on(message, { ...alreadyActive, eventId: 's_1' });
  expect(conversation.on({ type: 'serverTurnOverdue', turn: 1 })).toEqual([createResponse('s_2')]);
});

test('a request that is refused for another reason is reported and frees the slot', () => {
  const conversation = new Conversation();
  conversation.on(message, message);
  expect(conversation.on({ type: 'serverError', code: 'invalid_value', eventId: 's_1', error: 'no' })).toEqual([
    told({ type: 'error', error: 'no' }),
    createResponse('s_2'),
  ]);
});

test('a cancel that crossed with the end of its response is no error', () => {
  const conversation = new Conversation();
  expect(conversation.on({ type: 'serverError', code: 'response_cancel_not_active', error: 'late' })).toEqual([]);
});

test('a transport that is not driven answers messages by itself and sequences what it is asked for', () => {
  const conversation = new Conversation({ isDriven: false });
  expect(conversation.on(message)).toEqual([hello]);
  expect(conversation.on({ type: 'requestResponse' }, { type: 'requestResponse' })).toEqual([
    createResponse('s_1'),
    createResponse('s_2'),
  ]);
  expect(afterToolOutput(conversation)).toContainEqual(createResponse('s_3'));
});

test('done responses are forgotten but the youngest eight and those with calls', () => {
  const conversation = new Conversation();
  conversation.on({ type: 'responseStarted', responseId: 'first' }, call('first', 'c1'), done('first'));
  for (let n = 1; n <= 12; n++) conversation.on({ type: 'responseStarted', responseId: `r${n}` }, cancelled(`r${n}`));
  const ids = conversation.state.responses.live.map((response) => response.responseId);
  expect(ids).toEqual(['first', 'r5', 'r6', 'r7', 'r8', 'r9', 'r10', 'r11', 'r12']);
  conversation.on(mayRun('c1'), settled('c1'));
  expect(conversation.state.responses.live.map((response) => response.responseId)).toEqual(ids.slice(1));
});

test('history shows an output that was sent', () => {
  const conversation = new Conversation();
  conversation.on({
    type: 'itemUpdated',
    item: {
      itemId: 'f1',
      callId: 'c1',
      type: 'function_call',
      status: 'completed',
      arguments: '{}',
      name: 'weather',
      output: null,
    },
  });
  expect(afterToolOutput(conversation)).toContainEqual(historyUpdated);
  expect(conversation.item('f1')).toMatchObject({ output: 'sunny' });
});

test('a refusal for an active response that names no event puts the request back', () => {
  const conversation = new Conversation();
  conversation.on(message);
  const refusal = { type: 'serverError', code: 'conversation_already_has_active_response', error: 'busy' } as const;
  expect(conversation.on(refusal)).toEqual([{ type: 'startServerTurnTimer', turn: 1, delayMs: 1500 }]);
  conversation.on({ type: 'responseStarted', responseId: 'r1' });
  expect(conversation.on(done('r1')).at(-1)).toMatchObject({ command: { type: 'createResponse' } });
});

test('hosted tools that answer together are answered by one response', () => {
  const conversation = new Conversation();
  const answered = { type: 'hostedCallAnswered' } as const;
  expect(conversation.on(answered, answered)).toEqual([createResponse('s_1')]);
  conversation.on({ type: 'responseStarted', responseId: 'r1' });
  expect(conversation.on(done('r1'))).toHaveLength(1);
});

test('an interrupt between the request and its response cancels that response as it starts', () => {
  const conversation = new Conversation();
  conversation.on(message);
  expect(conversation.on({ type: 'interrupt' })).toEqual([]);
  expect(conversation.on({ type: 'responseStarted', responseId: 'r1' })).toEqual([
    agentStart,
    sent({ type: 'cancelResponse', responseId: 'r1' }),
  ]);
  expect(acceptsAudio(conversation.state, 'r1')).toBe(false);
  conversation.on(cancelled('r1'));
  expect(conversation.on(message, { type: 'responseStarted', responseId: 'r2' })).toEqual([
    hello,
    createResponse('s_2'),
    agentStart,
  ]);
  expect(acceptsAudio(conversation.state, 'r2')).toBe(true);
});

test('an interrupt with a request out and nothing else is not kept for a later request', () => {
  const conversation = new Conversation();
  conversation.on(message, { type: 'interrupt' });
  conversation.on({ type: 'serverError', code: 'rate_limit_exceeded', eventId: 's_1', error: 'no' });
  conversation.on(message, { type: 'responseStarted', responseId: 'r1' });
  expect(acceptsAudio(conversation.state, 'r1')).toBe(true);
});

test.each([undefined, 'invalid_value', 'server_error'])(
  'an error that names no event (code %s) frees the slot of a request while nothing is generated',
  (code) => {
    const conversation = new Conversation();
    conversation.on(message, message);
    const refusal = { type: 'serverError', ...(code !== undefined && { code }), error: 'no' } as const;
    expect(conversation.on(refusal)).toEqual([told({ type: 'error', error: 'no' }), createResponse('s_2')]);
  },
);

test('an error that names no event is no refusal of the request that a response has answered', () => {
  const conversation = new Conversation();
  conversation.on(message, message, { type: 'responseStarted', responseId: 'r1' });
  expect(conversation.on({ type: 'serverError', code: 'server_error', error: 'no' })).toEqual([
    told({ type: 'error', error: 'no' }),
  ]);
  expect(conversation.on(done('r1'))).toEqual([agentEnd, createResponse('s_2')]);
});

describe('speech that does not end', () => {
  const startSpeechTimer = (delayMs: number) => ({ type: 'startSpeechTimer', delayMs });

  /** A tool output waits since 1000 ms for the end of a speech that began then. */
  function held(): Conversation {
    const conversation = new Conversation();
    conversation.on({ type: 'responseStarted', responseId: 'r1' }, call('r1', 'c1'), mayRun('c1'), done('r1'));
    const effects = conversation.at(1000, { type: 'speechStarted', serverInterrupts: false }, settled('c1'));
    expect(effects).toContainEqual(startSpeechTimer(5000));
    return conversation;
  }

  test('holds nothing back once no audio has gone to the server for five seconds', () => {
    const conversation = held();
    expect(conversation.at(6000, { type: 'speechOverdue', lastAudioAtMs: 2000 })).toEqual([startSpeechTimer(1000)]);
    expect(conversation.at(7000, { type: 'speechOverdue', lastAudioAtMs: 2000 })).toEqual([createResponse('s_1')]);
  });

  test('is waited for as long as audio goes to the server', () => {
    const conversation = held();
    for (const atMs of [6000, 11_000, 100_000]) {
      expect(conversation.at(atMs, { type: 'speechOverdue', lastAudioAtMs: atMs })).toEqual([startSpeechTimer(5000)]);
    }
    expect(conversation.on({ type: 'speechStopped' })).toEqual([userSpeechStopped, createResponse('s_1')]);
  });

  test('is waited for a minute where the transport takes the audio from elsewhere', () => {
    const conversation = held();
    expect(conversation.at(6000, { type: 'speechOverdue', lastAudioAtMs: null })).toEqual([startSpeechTimer(55_000)]);
    expect(conversation.at(61_000, { type: 'speechOverdue', lastAudioAtMs: null })).toEqual([createResponse('s_1')]);
  });

  test('has no deadline while nothing waits for its end', () => {
    const conversation = new Conversation();
    conversation.on({ type: 'speechStarted', serverInterrupts: false });
    expect(conversation.at(100_000, { type: 'speechOverdue', lastAudioAtMs: 0 })).toEqual([]);
    expect(conversation.state.responses.isUserSpeaking).toBe(true);
  });

  test('a deadline of an earlier speech does not end the present one', () => {
    const conversation = held();
    conversation.on({ type: 'speechStarted', serverInterrupts: false });
    expect(conversation.at(6000, { type: 'speechStarted', serverInterrupts: false })).toContainEqual(
      startSpeechTimer(5000),
    );
    expect(conversation.at(6001, { type: 'speechOverdue', lastAudioAtMs: 1000 })).toEqual([startSpeechTimer(4999)]);
  });
});
