// The names of all events of the service, as the `openai` package lists them: one that comes, goes or changes its name there
// is found here, and so is one that we begin or cease to read.

import type { RealtimeClientEvent, RealtimeServerEvent } from 'openai/resources/realtime/realtime';
import { expectTypeOf, test } from 'vitest';
import type { ClientEvent } from '../../src/protocol/client-events.ts';
import type { ServerEvent } from '../../src/protocol/server-events.ts';

/** What the service sends: whether it is read, or only passed on to the app. */
const serverEvents = {
  'conversation.created': 'passed on',
  'conversation.item.added': 'read',
  'conversation.item.created': 'passed on',
  'conversation.item.deleted': 'read',
  'conversation.item.done': 'read',
  'conversation.item.input_audio_transcription.completed': 'read',
  'conversation.item.input_audio_transcription.delta': 'passed on',
  'conversation.item.input_audio_transcription.failed': 'passed on',
  'conversation.item.input_audio_transcription.segment': 'passed on',
  'conversation.item.retrieved': 'read',
  'conversation.item.truncated': 'read',
  error: 'read',
  'input_audio_buffer.cleared': 'read',
  'input_audio_buffer.committed': 'read',
  'input_audio_buffer.dtmf_event_received': 'passed on',
  'input_audio_buffer.speech_started': 'read',
  'input_audio_buffer.speech_stopped': 'read',
  'input_audio_buffer.timeout_triggered': 'passed on',
  'mcp_list_tools.completed': 'passed on',
  'mcp_list_tools.failed': 'passed on',
  'mcp_list_tools.in_progress': 'passed on',
  'output_audio_buffer.cleared': 'passed on',
  'output_audio_buffer.started': 'passed on',
  'output_audio_buffer.stopped': 'passed on',
  'rate_limits.updated': 'passed on',
  'response.content_part.added': 'passed on',
  'response.content_part.done': 'passed on',
  'response.created': 'read',
  'response.done': 'read',
  'response.function_call_arguments.delta': 'passed on',
  'response.function_call_arguments.done': 'passed on',
  'response.mcp_call.completed': 'passed on',
  'response.mcp_call.failed': 'passed on',
  'response.mcp_call.in_progress': 'passed on',
  'response.mcp_call_arguments.delta': 'passed on',
  'response.mcp_call_arguments.done': 'passed on',
  'response.output_audio.delta': 'read',
  'response.output_audio.done': 'read',
  'response.output_audio_transcript.delta': 'read',
  'response.output_audio_transcript.done': 'passed on',
  'response.output_item.added': 'read',
  'response.output_item.done': 'read',
  'response.output_text.delta': 'read',
  'response.output_text.done': 'passed on',
  'session.created': 'read',
  'session.updated': 'read',
} as const;

/** What the service takes. */
const clientEvents = [
  'conversation.item.create',
  'conversation.item.delete',
  'conversation.item.retrieve',
  'conversation.item.truncate',
  'input_audio_buffer.append',
  'input_audio_buffer.clear',
  'input_audio_buffer.commit',
  'output_audio_buffer.clear',
  'response.cancel',
  'response.create',
  'session.update',
] as const;

type Names = typeof serverEvents;
type ReadNames = { [Name in keyof Names]: Names[Name] extends 'read' ? Name : never }[keyof Names];

/** The members of a union, counted. */
type Count<T, Counted extends readonly unknown[] = []> = [T] extends [never]
  ? Counted['length']
  : Count<Exclude<T, LastOf<T>>, readonly [...Counted, unknown]>;
type LastOf<T> = (T extends unknown ? (of: () => T) => void : never) extends (of: infer Last) => void
  ? Last extends () => infer Member
    ? Member
    : never
  : never;

test('the service sends these 46 events, and we read those that we say we read', () => {
  expectTypeOf<keyof Names>().toEqualTypeOf<RealtimeServerEvent['type']>();
  expectTypeOf<Count<RealtimeServerEvent['type']>>().toEqualTypeOf<46>();
  expectTypeOf<ReadNames>().toEqualTypeOf<ServerEvent['type']>();
});

test('the service takes these 11 events, and so do we', () => {
  expectTypeOf<(typeof clientEvents)[number]>().toEqualTypeOf<RealtimeClientEvent['type']>();
  expectTypeOf<(typeof clientEvents)['length']>().toEqualTypeOf<11>();
  expectTypeOf<ClientEvent['type']>().toEqualTypeOf<(typeof clientEvents)[number]>();
});
