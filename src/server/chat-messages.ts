import type { ChatCompletionContentPart, ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import type { WireFunctionCall, WireUserMessage } from '../protocol/client-events.ts';
import type { ServerItem } from './sent-event.ts';

/** Said for speech of which there is no text: nothing was said, or nobody could make it out. */
const NO_WORDS = '(inaudible)';
/** Chat models insist on an output for every call; the conversation may not have it yet, or never. */
const NO_OUTPUT = '(no output)';

/** A Realtime conversation as the messages of a chat completion. */
export function chatMessages(instructions: string, items: readonly ServerItem[]): ChatCompletionMessageParam[] {
  const messages: ChatCompletionMessageParam[] = [];
  if (instructions !== '') messages.push({ role: 'system', content: instructions });
  for (let at = 0; at < items.length; at++) {
    const item = items[at];
    if (item?.type === 'function_call') {
      const calls = callsFrom(items, at);
      messages.push(...callMessages(calls, items));
      at += calls.length - 1;
    } else if (item?.type === 'message') {
      if (item.role === 'user') messages.push({ role: 'user', content: userParts(item) });
      else messages.push({ role: item.role, content: item.content.map(partText).join(' ') });
    }
  }
  return messages;
}

function callsFrom(items: readonly ServerItem[], start: number): WireFunctionCall[] {
  const calls: WireFunctionCall[] = [];
  for (const item of items.slice(start)) {
    if (item.type !== 'function_call') break;
    calls.push(item);
  }
  return calls;
}

/** Neighbouring calls are one message, their outputs follow it at once, wherever the conversation has them. */
function callMessages(calls: readonly WireFunctionCall[], items: readonly ServerItem[]): ChatCompletionMessageParam[] {
  const idOf = ({ call_id, id }: WireFunctionCall): string => call_id ?? id ?? '';
  return [
    {
      role: 'assistant',
      tool_calls: calls.map((call) => ({
        id: idOf(call),
        type: 'function',
        function: { name: call.name, arguments: call.arguments },
      })),
    },
    ...calls.map((call): ChatCompletionMessageParam => {
      const output = items.find((item) => item.type === 'function_call_output' && item.call_id === call.call_id);
      return {
        role: 'tool',
        tool_call_id: idOf(call),
        content: output?.type === 'function_call_output' ? output.output : NO_OUTPUT,
      };
    }),
  ];
}

function userParts({ content }: WireUserMessage): string | ChatCompletionContentPart[] {
  const parts = content.map((part): ChatCompletionContentPart => {
    if (part.type !== 'input_image') return { type: 'text', text: partText(part) };
    const { image_url: url, detail } = part;
    return { type: 'image_url', image_url: { url, ...(detail !== undefined && { detail }) } };
  });
  // Many back ends read plain text only.
  return parts.every((part) => part.type === 'text') ? parts.map(({ text }) => text).join(' ') : parts;
}

function partText(part: { readonly text?: string; readonly transcript?: string | null }): string {
  return part.text ?? (part.transcript || NO_WORDS);
}
