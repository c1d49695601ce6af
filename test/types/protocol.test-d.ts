// What the `openai` package says that the server sends must fit what we read of it.

import type * as openai from 'openai/resources/realtime/realtime';
import { describe, expectTypeOf, it } from 'vitest';
import type {
  InputTranscriptionCompletedEvent,
  ItemDeletedEvent,
  ItemPlacedEvent,
  ItemRetrievedEvent,
  ItemTruncatedEvent,
  OutputAudioDeltaEvent,
  OutputAudioDoneEvent,
  OutputItemEvent,
  OutputTextDeltaEvent,
  ResponseCreatedEvent,
  ResponseDoneEvent,
  ServerErrorEvent,
  ServerEvent,
  SessionEvent,
  SpeechStartedEvent,
  SpeechStoppedEvent,
} from '../../src/protocol/server-events.ts';

/** Items and responses share their types with what clients send, where `id` is optional; the server always gives one. */
type Identified<T> = T extends unknown ? Omit<T, 'id'> & { id: string } : never;
type Delivered<T> = T extends { item: infer Item }
  ? Omit<T, 'item'> & { item: Identified<Item> }
  : T extends { response: infer Response }
    ? Omit<T, 'response'> & { response: Identified<Response> }
    : T;
/** Each event of the `openai` package by its type. */
type Sent<Type extends openai.RealtimeServerEvent['type']> = Delivered<
  Extract<openai.RealtimeServerEvent, { type: Type }>
>;

describe('the types of the events that we read', () => {
  it('are types that the service sends', () => {
    expectTypeOf<ServerEvent['type']>().toExtend<openai.RealtimeServerEvent['type']>();
  });

  it('take what the openai package says that the service sends', () => {
    expectTypeOf<Sent<'error'>>().toExtend<ServerErrorEvent>();
    expectTypeOf<Sent<'session.created' | 'session.updated'>>().toExtend<SessionEvent>();
    expectTypeOf<Sent<'conversation.item.added'>>().toExtend<ItemPlacedEvent>();
    expectTypeOf<Sent<'conversation.item.done'>>().toExtend<ItemPlacedEvent>();
    expectTypeOf<Sent<'conversation.item.retrieved'>>().toExtend<ItemRetrievedEvent>();
    expectTypeOf<Sent<'conversation.item.truncated'>>().toExtend<ItemTruncatedEvent>();
    expectTypeOf<Sent<'conversation.item.deleted'>>().toExtend<ItemDeletedEvent>();
    expectTypeOf<
      Sent<'conversation.item.input_audio_transcription.completed'>
    >().toExtend<InputTranscriptionCompletedEvent>();
    expectTypeOf<Sent<'input_audio_buffer.speech_started'>>().toExtend<SpeechStartedEvent>();
    expectTypeOf<Sent<'input_audio_buffer.speech_stopped'>>().toExtend<SpeechStoppedEvent>();
    expectTypeOf<Sent<'response.created'>>().toExtend<ResponseCreatedEvent>();
    expectTypeOf<Sent<'response.done'>>().toExtend<ResponseDoneEvent>();
    expectTypeOf<Sent<'response.output_item.added'>>().toExtend<OutputItemEvent>();
    expectTypeOf<Sent<'response.output_item.done'>>().toExtend<OutputItemEvent>();
    expectTypeOf<Sent<'response.output_audio.delta'>>().toExtend<OutputAudioDeltaEvent>();
    expectTypeOf<Sent<'response.output_audio.done'>>().toExtend<OutputAudioDoneEvent>();
    expectTypeOf<Sent<'response.output_audio_transcript.delta'>>().toExtend<OutputTextDeltaEvent>();
    expectTypeOf<Sent<'response.output_text.delta'>>().toExtend<OutputTextDeltaEvent>();
  });

  it('do not take another event', () => {
    expectTypeOf<Sent<'response.output_audio.done'>>().not.toExtend<OutputAudioDeltaEvent>();
    expectTypeOf<Sent<'input_audio_buffer.speech_started'>>().not.toExtend<SpeechStoppedEvent>();
  });
});
