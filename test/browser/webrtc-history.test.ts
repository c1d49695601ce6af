// The npm peer's own WebRTC transport against the local server: history that the app edits, and a call after a call.

import { OpenAIRealtimeWebRTC, RealtimeAgent, type RealtimeItem, RealtimeSession } from '@openai/agents-realtime';
import { expect, inject, test } from 'vitest';
import { ephemeralKey } from './ephemeral-key.ts';
import { type WireEvent, WireLog } from './wire-log.ts';

/** A call whose events can be waited for. */
class Call {
  readonly log = new WireLog();
  readonly errors: unknown[] = [];
  readonly session: RealtimeSession;
  readonly transport: OpenAIRealtimeWebRTC;

  constructor(baseUrl: string) {
    // No microphone: what is said is written.
    const { stream } = new AudioContext().createMediaStreamDestination();
    this.transport = new OpenAIRealtimeWebRTC({
      mediaStream: stream,
      audioElement: document.createElement('audio'),
      baseUrl: `${baseUrl}/realtime/calls`,
    });
    this.session = new RealtimeSession(new RealtimeAgent({ name: 'Desk' }), { transport: this.transport });
    this.transport.on('*', this.log.add);
    this.session.on('error', (error) => void this.errors.push(error));
  }

  event(type: string, accept: (event: WireEvent) => boolean = () => true): Promise<WireEvent> {
    return this.log.until(() => this.log.events.find((event) => event.type === type && accept(event)));
  }

  /** Says something in writing, and resolves with what the server remembers of the answer. */
  async answerTo(text: string): Promise<unknown> {
    const from = this.log.events.length;
    this.session.sendMessage(text);
    const done = await this.event('response.done', (event) => this.log.events.indexOf(event) >= from);
    return (done['response'] as { output: { content: { transcript: string }[] }[] }).output[0]?.content[0]?.transcript;
  }
}

function note(itemId: string, text: string): RealtimeItem {
  return { itemId, type: 'message', role: 'user', status: 'completed', content: [{ type: 'input_text', text }] };
}

test('the npm peer edits history over WebRTC, is refused nothing, and calls again', { timeout: 60_000 }, async () => {
  const baseUrl = inject('echoBaseUrl');
  const call = new Call(baseUrl);
  await call.session.connect({ apiKey: await ephemeralKey(baseUrl) });
  expect(await call.answerTo('First.')).toBe('I heard you say: First.');

  const victim = call.session.history.find((item) => item.type === 'message' && item.role === 'user');
  if (victim === undefined) throw new Error('the peer kept no message of the user');
  call.session.updateHistory((history) => [
    ...history.filter(({ itemId }) => itemId !== victim.itemId),
    note('note', 'P.S.'),
  ]);
  expect(await call.event('conversation.item.deleted')).toMatchObject({ item_id: victim.itemId });
  const isNote = ({ item }: WireEvent): boolean => (item as { id: string }).id === 'note';
  await call.event('conversation.item.added', isNote);
  call.transport.sendEvent({ type: 'conversation.item.retrieve', item_id: 'note' });
  expect(await call.event('conversation.item.retrieved')).toMatchObject({
    item: { id: 'note', role: 'user', content: [{ type: 'input_text', text: 'P.S.' }] },
  });
  const firstId = call.transport.callId;
  call.session.close();

  const again = new Call(baseUrl);
  await again.session.connect({ apiKey: await ephemeralKey(baseUrl) });
  expect(again.transport.callId).toMatch(/^rtc_/);
  expect(again.transport.callId).not.toBe(firstId);
  expect(await again.answerTo('Second.')).toBe('I heard you say: Second.');
  again.session.close();
  for (const { log, errors } of [call, again]) {
    expect(errors).toEqual([]);
    expect(log.events.filter(({ type }) => type === 'error')).toEqual([]);
  }
});
