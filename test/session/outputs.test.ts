import { expect, test } from 'vitest';
import { call, Conversation, createResponse, done, mayRun, sent, settled, told } from './conversation.ts';

const policy = { maxAttempts: 3, initialDelayMs: 100, maxDelayMs: 500, rolloverAfterMs: null };
const ref = { callId: 'c1', responseId: 'r1', name: 'weather', arguments: '{}' };
const output = sent({ type: 'functionCallOutput', call: ref, output: 'sunny' });
const outputUnsent = { type: 'outputUnsent', call: ref, output: 'sunny', error: 'socket full' } as const;
const ownResponse = { type: 'responseStarted', responseId: 'own' } as const;
const confirmed = { type: 'outputConfirmed', callId: 'c1' } as const;
const retry = (delayMs: number) => ({ type: 'startResendTimer', delayMs });

/** The user speaks, so that the output of a call has left and its request has not. */
function withOutputSent(isBackground = false): Conversation {
  const conversation = new Conversation({ reconnect: policy });
  conversation.on({ type: 'responseStarted', responseId: 'r1' }, call('r1', 'c1'), mayRun('c1'), done('r1'));
  conversation.on({ type: 'speechStarted', serverInterrupts: false });
  expect(conversation.on(settled('c1', 'sunny', isBackground))).toContainEqual(output);
  return conversation;
}

test('an output that the server got after it had begun its own response is answered when that ends', () => {
  const conversation = withOutputSent();
  conversation.on({ type: 'speechStopped', isTentative: true }, ownResponse, confirmed, { type: 'speechStopped' });
  expect(conversation.on(done('own'))).toContainEqual(createResponse('s_1'));
});

test('an output that the server had before it began its own response is answered by that', () => {
  const conversation = withOutputSent();
  conversation.on({ type: 'speechStopped', isTentative: true }, confirmed, ownResponse, { type: 'speechStopped' });
  expect(conversation.on(confirmed, done('own'))).not.toContainEqual(createResponse('s_1'));
});

test('a background output that crosses with a response asks for none', () => {
  const conversation = withOutputSent(true);
  conversation.on({ type: 'speechStopped' }, ownResponse, confirmed);
  expect(conversation.on(done('own'))).not.toContainEqual(createResponse('s_1'));
});

test('an output whose response has crossed with it is asked for by the next connection', () => {
  const conversation = withOutputSent();
  conversation.on({ type: 'speechStopped', isTentative: true }, ownResponse, done('own'));
  conversation.on({ type: 'disconnected', closeCode: 1006 }, { type: 'reconnectDue', attempt: 1 });
  const abilities = { isDriven: true, createsResponses: false };
  expect(conversation.on({ type: 'connected', abilities })).toContainEqual(createResponse('s_1'));
});

test('an output that the transport refuses goes out again before an answer is asked for', () => {
  const conversation = withOutputSent();
  expect(conversation.on(outputUnsent)).toEqual([told({ type: 'error', error: 'socket full' }), retry(500)]);
  expect(conversation.on({ type: 'speechStopped' })).not.toContainEqual(createResponse('s_1'));
  expect(conversation.on({ type: 'resendDue' })).toEqual([output, createResponse('s_1')]);
  expect(conversation.on({ type: 'resendDue' })).toEqual([]);
});

test('a background output that the transport refuses goes out again without a request', () => {
  const conversation = withOutputSent(true);
  conversation.on(outputUnsent, { type: 'speechStopped' });
  expect(conversation.on({ type: 'resendDue' })).toEqual([output]);
});

test('an output is tried again ever later, and given up in the end', () => {
  const conversation = withOutputSent();
  conversation.on({ type: 'speechStopped' });
  const delays: unknown[] = [];
  for (let count = 0; count < 6; count++) {
    delays.push(conversation.on(outputUnsent).at(-1));
    expect(conversation.on({ type: 'resendDue' })).toContainEqual(output);
  }
  expect(delays).toEqual([500, 1000, 2000, 4000, 8000, 16_000].map(retry));
  expect(conversation.on(outputUnsent)).toEqual([told({ type: 'error', error: 'socket full' })]);
  expect(conversation.on({ type: 'resendDue' })).toEqual([]);
});

test('an output that could not be sent is no matter of the transport once the connection is lost', () => {
  const conversation = withOutputSent();
  conversation.on(outputUnsent, { type: 'disconnected', closeCode: 1006 });
  expect(conversation.on({ type: 'resendDue' })).toEqual([]);
  conversation.on({ type: 'reconnectDue', attempt: 1 });
  const abilities = { isDriven: true, createsResponses: false };
  expect(conversation.on({ type: 'connected', abilities })).toContainEqual(createResponse('s_1'));
});
