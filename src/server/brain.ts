import type { WireFunctionTool, WireItem, WireToolChoice } from '../protocol/client-events.ts';
import type { Scenario, ScenarioReply } from './scenario.ts';
import { ScenarioScript } from './scenario.ts';

/** What a brain is asked. */
export interface BrainRequest {
  readonly instructions: string;
  readonly tools: readonly WireFunctionTool[];
  readonly toolChoice: WireToolChoice;
  /** The conversation so far, in order; of a truncated item only what was heard, which has no text. */
  readonly items: readonly WireItem[];
  /** Texts of the user's turns so far, spoken and written. */
  readonly userTurns: readonly string[];
  /** Last of `userTurns`. */
  readonly lastUserText: string | undefined;
  /** How many responses there were since the last turn: 0 answers it, later ones follow function outputs. */
  readonly responseIndex: number;
  /** True for a response outside the conversation. */
  readonly isOutOfBand: boolean;
}

/** What a brain does in one response, in order. */
export type BrainReply = ScenarioReply;

/** Conversation → text and function calls. A rejection fails the response; the conversation goes on. */
export interface Brain {
  respond(request: BrainRequest): Promise<BrainReply>;
}

/** Follows a scenario and else does as `defaultBrain`. An out-of-band response is matched by text only. */
export function scenarioBrain(scenario: Scenario): Brain {
  const script = new ScenarioScript(scenario);
  return {
    respond: async (request) => {
      const { userTurns, responseIndex, lastUserText } = request;
      const reply = request.isOutOfBand
        ? script.replyTurn(lastUserText ?? '')?.replies[responseIndex]
        : script.reply(userTurns, responseIndex);
      return reply ?? defaultBrain.respond(request);
    },
  };
}

/** Answers with a sentence that says what was heard, and speaks the output of a function. */
export const defaultBrain: Brain = {
  respond: async ({ items, lastUserText }) => {
    const last = items.at(-1);
    if (last?.type === 'function_call_output') return [{ say: `The answer is: ${last.output}` }];
    if (lastUserText === undefined) return [{ say: 'Hello. How can I help you?' }];
    const seconds = /^\[speech of ([\d.]+) s\]$/.exec(lastUserText)?.[1];
    if (seconds !== undefined) return [{ say: `I heard you speak for ${seconds} seconds.` }];
    return [{ say: `I heard you say: ${lastUserText}` }];
  },
};
