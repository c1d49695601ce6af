// The npm peer's own WebRTC transport against the local server: history that the app edits, and a call after a call.

import { OpenAIRealtimeWebRTC, RealtimeAgent, type RealtimeItem, RealtimeSession } from '@openai/agents-realtime';
import { expect, inject, test } from 'vitest';

interface WireEvent {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** A call whose events can be waited for. */
class Call {
  readonly events: WireEvent[] = [];
  readonly errors: unknown[] = [];
  readonly session: RealtimeSession;
  readonly transport: OpenAIRealtimeWebRTC;
  readonly #waiting = new Set<() => void>();

  constructor(baseUrl: string) {
    // No microphone: what is said is written.
    const { stream } = new AudioContext().createMediaStreamDestination();
    this.transport = new OpenAIRealtimeWebRTC({
      mediaStream: stream,
      audioElement: document.createElement('audio'),
      baseUrl: `${baseUrl}/realtime/calls`,
    });
    this.session = new RealtimeSession(new RealtimeAgent({ name: 'Desk' }), { transport: this.transport });
    this.transport.on('*', (event: WireEvent) => {
      this.events.push(event);
      for (const resolve of this.#waiting) resolve();
      this.#waiting.clear();
    });
    this.session.on('error', (error) => void this.errors.push(error));
  }

  async event(type: string, accept: (event: WireEvent) => boolean = () => true): Promise<WireEvent> {
    for (;;) {
      const found = this.events.find((event) => event.type === type && accept(event));
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => void this.#waiting.add(resolve));
    }
  }

  /** Says something in writing, and resolves with what the server remembers of the answer. */
  async answerTo(text: string): Promise<unknown> {
    const from = this.events.length;
    this.session.sendMessage(text);
    const done = await this.event('response.done', (event) => this.events.indexOf(event) >= from);
    return (done['response'] as { output: { content: { transcript: string }[] }[] }).output[0]?.content[0]?.transcript;
  }
}

async function secretOf(baseUrl: string): Promise<string> {
  const minted = await fetch(`${baseUrl}/realtime/client_secrets`, { method: 'POST' });
  return ((await minted.json()) as { value: string }).value;
}

function note(itemId: string, text: string): RealtimeItem {
  return { itemId, type: 'message', role: 'user', status: 'completed', content: [{ type: 'input_text', text }] };
}

test('the npm peer edits history over WebRTC, is refused nothing, and calls again', { timeout: 60_000 }, async () => {
  const baseUrl = inject('echoBaseUrl');
  const call = new Call(baseUrl);
  await call.session.connect({ apiKey: await secretOf(baseUrl) });
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
  await again.session.connect({ apiKey: await secretOf(baseUrl) });
  expect(again.transport.callId).toMatch(/^rtc_/);
  expect(again.transport.callId).not.toBe(firstId);
  expect(await again.answerTo('Second.')).toBe('I heard you say: Second.');
  again.session.close();
  for (const { events, errors } of [call, again]) {
    expect(errors).toEqual([]);
    expect(events.filter(({ type }) => type === 'error')).toEqual([]);
  }
});
