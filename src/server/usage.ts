import type { WireTool } from '../protocol/client-events.ts';
import type { ItemAudio } from './item-audio.ts';
import type { ResponseUsage, ServerItem } from './sent-event.ts';

// The service's published ratios: one token for 100 ms of the user's audio and for 50 ms of the assistant's. Text is
// taken as four characters a token, which is the usual estimate for English; a picture as one high-detail tile.
const USER_MS_PER_TOKEN = 100;
const ASSISTANT_MS_PER_TOKEN = 50;
const CHARACTERS_PER_TOKEN = 4;
const IMAGE_TOKENS = 765;

interface Counted {
  readonly item: ServerItem;
  readonly audio: ItemAudio | null;
}

/** Tokens of a text. */
export function textTokens(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN);
}

/** Tokens of speech that the assistant made. */
export function outputAudioTokens(durationMs: number): number {
  return Math.ceil(durationMs / ASSISTANT_MS_PER_TOKEN);
}

/** Usage of one response: everything it was given, and what it made. */
export function responseUsage(
  instructions: string,
  tools: readonly WireTool[],
  input: readonly Counted[],
  output: readonly Counted[],
): ResponseUsage {
  const given = countTokens(input);
  const made = countTokens(output);
  const inputText = given.text + textTokens(instructions) + (tools.length > 0 ? textTokens(JSON.stringify(tools)) : 0);
  const inputTokens = inputText + given.audio + given.image;
  const outputTokens = made.text + made.audio;
  return {
    total_tokens: inputTokens + outputTokens,
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    input_token_details: {
      text_tokens: inputText,
      audio_tokens: given.audio,
      image_tokens: given.image,
      cached_tokens: 0,
    },
    output_token_details: { text_tokens: made.text, audio_tokens: made.audio },
  };
}

function countTokens(entries: readonly Counted[]): { text: number; audio: number; image: number } {
  const sum = { text: 0, audio: 0, image: 0 };
  for (const { item, audio } of entries) {
    if (item.type === 'function_call' || item.type === 'mcp_call')
      sum.text += textTokens(item.name) + textTokens(item.arguments);
    else if (item.type === 'function_call_output') sum.text += textTokens(item.output);
    else if (item.type === 'mcp_list_tools') sum.text += textTokens(JSON.stringify(item.tools));
    else if (item.type === 'message') {
      for (const part of item.content) {
        if ('text' in part) sum.text += textTokens(part.text);
        else if (part.type === 'input_image') sum.image += IMAGE_TOKENS;
        else if (part.type === 'output_audio') sum.text += textTokens(part.transcript ?? '');
      }
      if (audio !== null) {
        sum.audio += Math.ceil(
          audio.durationMs / (item.role === 'assistant' ? ASSISTANT_MS_PER_TOKEN : USER_MS_PER_TOKEN),
        );
      }
    }
  }
  return sum;
}
