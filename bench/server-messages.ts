// Messages of the Realtime service, as text, to feed to sessions.
import { noiseOctets } from './corpus.ts';

const RESPONSE_ID = 'resp_1';
const ITEM_ID = 'item_reply';

/** A response begins, with the message that it will speak. */
export function replyBegins(): string[] {
  return [
    message('response.created', { response: { id: RESPONSE_ID, object: 'realtime.response', status: 'in_progress' } }),
    message('conversation.item.added', {
      previous_item_id: null,
      item: { id: ITEM_ID, type: 'message', role: 'assistant', status: 'in_progress', content: [] },
    }),
  ];
}

/** Base64 text of `milliseconds` of PCM16 at 24 kHz. */
function audioText(milliseconds: number): string {
  return Buffer.from(noiseOctets(milliseconds * 48)).toString('base64');
}

/** Audio of that reply. */
export function audioDelta(milliseconds: number): string {
  return message('response.output_audio.delta', { ...part(), delta: audioText(milliseconds) });
}

/** Words of that reply. */
export function transcriptDelta(): string {
  return message('response.output_audio_transcript.delta', { ...part(), delta: ' a few words' });
}

/** A message of the user, complete, behind `previousItemId`. */
export function userMessage(itemId: string, previousItemId: string | null, text: string): string {
  return message('conversation.item.added', {
    previous_item_id: previousItemId,
    item: { id: itemId, type: 'message', role: 'user', status: 'completed', content: [{ type: 'input_text', text }] },
  });
}

/** The conversation is without that item again. */
export function itemDeleted(itemId: string): string {
  return message('conversation.item.deleted', { item_id: itemId });
}

/** A response that does nothing but call the tool `nothing`, its call being `number`. */
export function toolRound(number: number): string[] {
  const responseId = `resp_tool_${number}`;
  const item = {
    id: `item_call_${number}`,
    type: 'function_call',
    call_id: `call_${number}`,
    name: 'nothing',
    arguments: '{}',
  };
  const done = { ...item, status: 'completed' };
  return [
    message('response.created', { response: { id: responseId, object: 'realtime.response', status: 'in_progress' } }),
    message('response.output_item.done', { response_id: responseId, output_index: 0, item: done }),
    message('response.done', {
      response: { id: responseId, object: 'realtime.response', status: 'completed', output: [done] },
    }),
  ];
}

/** The item of that round's call. */
export function toolItemId(number: number): string {
  return `item_call_${number}`;
}

function part(): object {
  return { response_id: RESPONSE_ID, item_id: ITEM_ID, output_index: 0, content_index: 0 };
}

let count = 0;

function message(type: string, fields: object): string {
  return JSON.stringify({ type, event_id: `event_${++count}`, ...fields });
}
