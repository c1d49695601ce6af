// A client that believes nothing: it looks at every event of one session and throws at the first that can't be.

import type { SentEvent } from '../../src/server/sent-event.ts';
import type { LiveIds } from './mutations.ts';

/** What answers a client event that is not refused; appended audio needs no answer. */
const ANSWERS: Readonly<Record<string, SentEvent['type']>> = {
  'session.update': 'session.updated',
  'input_audio_buffer.commit': 'input_audio_buffer.committed',
  'input_audio_buffer.clear': 'input_audio_buffer.cleared',
  'conversation.item.create': 'conversation.item.added',
  'conversation.item.retrieve': 'conversation.item.retrieved',
  'conversation.item.truncate': 'conversation.item.truncated',
  'conversation.item.delete': 'conversation.item.deleted',
  'response.create': 'response.created',
  'response.cancel': 'response.done',
};
const APPEND = 'input_audio_buffer.append';

/** Keeps a copy of one conversation from its events alone. */
export class SessionWitness {
  readonly refusals: Map<string, number> = new Map();
  readonly accepted: Map<string, number> = new Map();
  readonly #items: string[] = [];
  readonly #spoken: string[] = [];
  readonly #calls: string[] = [];
  readonly #activeResponses = new Set<string>();
  readonly #endedResponses = new Set<string>();

  get live(): LiveIds {
    return { items: this.#items, spoken: this.#spoken, calls: this.#calls, responses: [...this.#activeResponses] };
  }

  /** Responses that have begun and not ended. */
  get activeResponses(): number {
    return this.#activeResponses.size;
  }

  /** Takes one event of the server. */
  receive(text: string): SentEvent {
    const event = JSON.parse(text) as SentEvent;
    this.#follow(event);
    return event;
  }

  /** Compares a frame with what came back before the next one could. */
  judge(text: string, answers: readonly SentEvent[]): void {
    const sent = parsed(text);
    const type = typeof sent?.['type'] === 'string' ? sent['type'] : '(malformed)';
    const first = answers[0];
    if (first?.type === 'error') {
      // One frame of audio can hold several turns, and each may meet what stands against it.
      check(type === APPEND || answers.length === 1, 'a refusal comes alone', answers);
      const { error } = first;
      check(error.type === 'invalid_request_error', 'a client event never fails the server', error);
      check(error.code.length > 0 && error.message.length > 0, 'a refusal says what is wrong', error);
      const eventId = error.code === 'invalid_json' ? null : sent?.['event_id'];
      if (type !== APPEND)
        check(
          error.event_id === (typeof eventId === 'string' && eventId.length <= 512 ? eventId : null),
          'event_id',
          error,
        );
      count(this.refusals, error.code);
      return;
    }
    count(this.accepted, type);
    if (type === APPEND) return;
    check(
      answers.some((answer) => answer.type === ANSWERS[type]),
      `${type} is answered`,
      answers,
    );
    check(!answers.some((answer) => answer.type === 'error'), `${type} is answered or refused, not both`, answers);
  }

  #follow(event: SentEvent): void {
    if ('response_id' in event) check(this.#activeResponses.has(event.response_id), 'is of an active response', event);
    switch (event.type) {
      case 'conversation.item.added':
        return this.#itemAdded(event.item.id ?? '', event.previous_item_id);
      case 'conversation.item.done':
        check(this.#previousOf(event.item.id ?? '') === event.previous_item_id, 'is done where it was added', event);
        if (event.item.type === 'function_call') this.#calls.push(event.item.call_id ?? '');
        return;
      case 'response.output_audio.delta':
        return void (this.#spoken.at(-1) === event.item_id || this.#spoken.push(event.item_id));
      case 'conversation.item.deleted':
        check(this.#items.includes(event.item_id), 'existed', event);
        return void this.#items.splice(this.#items.indexOf(event.item_id), 1);
      case 'response.created': {
        const { id } = event.response;
        check(!this.#activeResponses.has(id) && !this.#endedResponses.has(id), 'is a new response', event);
        return void this.#activeResponses.add(id);
      }
      case 'response.done':
        check(this.#activeResponses.delete(event.response.id), 'ends a response once', event);
        check(event.response.status !== 'in_progress', 'has ended', event);
        return void this.#endedResponses.add(event.response.id);
    }
  }

  #itemAdded(id: string, previousId: string | null): void {
    check(id !== '' && !this.#items.includes(id), 'is a new item', id);
    check(previousId === null || this.#items.includes(previousId), 'stands behind an item', previousId);
    this.#items.splice(previousId === null ? 0 : this.#items.indexOf(previousId) + 1, 0, id);
  }

  #previousOf(id: string): string | null {
    check(this.#items.includes(id), 'is an item of the conversation', id);
    return this.#items[this.#items.indexOf(id) - 1] ?? null;
  }
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? (value as Record<string, unknown> | null) : null;
  } catch {
    return null;
  }
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function check(isSo: boolean, claim: string, seen: unknown): asserts isSo {
  if (!isSo) throw new Error(`not so: ${claim}; seen: ${JSON.stringify(seen)?.slice(0, 600)}`);
}
