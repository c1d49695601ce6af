import type { WireFunctionTool } from '../protocol/client-events.ts';
import type { Brain, BrainRequest, BrainStep } from './brain.ts';
import { countingText, READING } from './long-texts.ts';
import type { ServerItem } from './sent-event.ts';
import { argumentsFor } from './tool-arguments.ts';

const DEFAULT_COUNT = 60;
const HANDOFF = /^transfer_to_/i;

/**
 * The brain of a server that has none, made so that any client works at once. It speaks the output of a function; calls
 * an offered function that the text names, and so hands off when a handoff's agent is named; counts, or reads on at
 * length, when asked to; else it answers with a sentence that says what was heard.
 */
export const defaultBrain: Brain = { respond: async (request) => [answer(request)] };

function answer({ items, lastUserText, tools, toolChoice, isIdle }: BrainRequest): BrainStep {
  const last = items.at(-1);
  if (isIdle) return { say: 'Are you still there?' };
  if (last?.type === 'function_call_output') return { say: `The answer is: ${last.output}` };
  const text = lastUserText ?? '';
  const tool = chosenTool(tools, toolChoice, text);
  if (tool !== undefined) return { call: tool.name, arguments: argumentsFor(tool.parameters, text) };
  if (lastUserText === undefined) return { say: 'Hello. How can I help you?' };
  const seconds = /^\[speech of ([\d.]+) s\]$/.exec(text)?.[1];
  if (seconds !== undefined) return { say: `I heard you speak for ${seconds} seconds.` };
  if (text === '')
    return { say: pictureIn(last) ? 'Thank you for the picture.' : 'I heard nothing that I could make out.' };
  if (/\bcount\b/i.test(text)) return { say: countingText(Number(/\d+/.exec(text)?.[0] ?? DEFAULT_COUNT)) };
  if (/\b(read|story|at length)\b/i.test(text)) return { say: READING };
  const picture = pictureIn(last) ? ' Thank you for the picture.' : '';
  return { say: `I heard you say: ${text}${picture}` };
}

function chosenTool(
  tools: readonly WireFunctionTool[],
  toolChoice: BrainRequest['toolChoice'],
  text: string,
): WireFunctionTool | undefined {
  if (typeof toolChoice === 'object') return tools.find(({ name }) => name === toolChoice.name);
  return tools.find(({ name }) => isNamed(name, text)) ?? (toolChoice === 'required' ? tools[0] : undefined);
}

/** Whether a text has the words of a name, whichever way they are joined; of a handoff's, those of the agent and "transfer". */
function isNamed(name: string, text: string): boolean {
  const spoken = wordsOf(text);
  if (!HANDOFF.test(name)) return spoken.includes(wordsOf(name));
  return (
    /\b(transfer|connect|hand|speak|talk|switch)/i.test(text) && spoken.includes(wordsOf(name.replace(HANDOFF, '')))
  );
}

/** Lower-case words with a space on each side of each. */
function wordsOf(text: string): string {
  const words =
    text
      .replace(/([a-z])([A-Z])/g, '$1 $2')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  return ` ${words.join(' ')} `;
}

function pictureIn(item: ServerItem | undefined): boolean {
  return item?.type === 'message' && item.content.some(({ type }) => type === 'input_image');
}
