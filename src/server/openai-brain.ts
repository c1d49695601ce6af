import type { OpenAI } from 'openai';
import type {
  ChatCompletionChunk,
  ChatCompletionCreateParamsStreaming,
  ChatCompletionToolChoiceOption,
} from 'openai/resources/chat/completions';
import type { Brain, BrainRequest, BrainStep } from './brain.ts';
import { chatMessages } from './chat-messages.ts';
import { lazyClient, type OpenAICompatibleOptions } from './openai-client.ts';

/** Asks any OpenAI-compatible `/chat/completions`, with tools; its text is spoken while it is still being written. */
export class OpenAIBrain implements Brain {
  readonly #client: () => Promise<OpenAI>;
  readonly #model: string;

  constructor(options: OpenAICompatibleOptions) {
    this.#client = lazyClient(options);
    this.#model = options.model;
  }

  async respond(request: BrainRequest): Promise<AsyncIterable<BrainStep>> {
    const client = await this.#client();
    const stream = await client.chat.completions.create(this.#body(request), { signal: request.signal });
    return stepsOf(stream[Symbol.asyncIterator]());
  }

  #body({ instructions, items, tools, toolChoice }: BrainRequest): ChatCompletionCreateParamsStreaming {
    return {
      model: this.#model,
      stream: true,
      messages: chatMessages(instructions, items),
      ...(tools.length > 0 && {
        tools: tools.map(({ name, description, parameters }) => ({
          type: 'function' as const,
          function: { name, ...(description !== undefined && { description }), parameters: parameters ?? {} },
        })),
        tool_choice: chatToolChoice(toolChoice),
      }),
    };
  }
}

/** Hosted MCP tools are the Realtime service's own: a chat model can't be made to call one. */
function chatToolChoice(choice: BrainRequest['toolChoice']): ChatCompletionToolChoiceOption {
  if (typeof choice === 'string') return choice;
  return choice.type === 'mcp' ? 'auto' : { type: 'function', function: { name: choice.name } };
}

interface GrowingCall {
  name: string;
  arguments: string;
}

/** One step for a run of text, which the response drains before it asks for the next; then one for each function call. */
async function* stepsOf(chunks: AsyncIterator<ChatCompletionChunk>): AsyncGenerator<BrainStep> {
  const calls = new Map<number, GrowingCall>();
  for (let text = await nextText(chunks, calls); text !== null; text = await nextText(chunks, calls)) {
    yield { say: restOfText(text, chunks, calls) };
  }
  for (const { name, arguments: written } of calls.values()) yield { call: name, arguments: written || '{}' };
}

async function* restOfText(
  first: string,
  chunks: AsyncIterator<ChatCompletionChunk>,
  calls: Map<number, GrowingCall>,
): AsyncGenerator<string> {
  for (let text: string | null = first; text !== null; text = await nextText(chunks, calls)) yield text;
}

/** The next piece of text, null at the end; gathers the function calls on the way. */
async function nextText(
  chunks: AsyncIterator<ChatCompletionChunk>,
  calls: Map<number, GrowingCall>,
): Promise<string | null> {
  for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
    const delta = next.value.choices[0]?.delta;
    for (const { index, function: part } of delta?.tool_calls ?? []) {
      const call = calls.get(index) ?? { name: '', arguments: '' };
      call.name += part?.name ?? '';
      call.arguments += part?.arguments ?? '';
      calls.set(index, call);
    }
    if (typeof delta?.content === 'string' && delta.content !== '') return delta.content;
  }
  return null;
}
