import type { WireFunctionTool, WireToolChoice } from '../protocol/client-events.ts';
import type { ScenarioMcpCall, ScenarioOutput } from './scenario.ts';
import type { ServerItem } from './sent-event.ts';

/** What a brain is asked. */
export interface BrainRequest {
  readonly instructions: string;
  readonly tools: readonly WireFunctionTool[];
  readonly toolChoice: WireToolChoice;
  /** The conversation so far, in order, with the texts of spoken turns; of a truncated item the words that were heard. */
  readonly items: readonly ServerItem[];
  /** Texts of the user's turns so far, spoken and written. */
  readonly userTurns: readonly string[];
  /** Last of `userTurns`. */
  readonly lastUserText: string | undefined;
  /** How many responses there were since the last turn: 0 answers it, later ones follow function outputs. */
  readonly responseIndex: number;
  /** True for a response outside the conversation. */
  readonly isOutOfBand: boolean;
  /** True when nobody spoke for the idle timeout. */
  readonly isIdle: boolean;
  /** Aborted when the response ends: nobody needs the rest. */
  readonly signal: AbortSignal;
}

/** One thing a brain does: what a scenario can say, a text that grows while it is spoken, arguments as a model wrote them. */
export type BrainStep =
  | ScenarioOutput
  | { readonly say: AsyncIterable<string> }
  | { readonly call: string; readonly arguments: string }
  /** A call that the user has approved. */
  | (ScenarioMcpCall & { readonly approvalRequestId: string });

/** What a brain does in one response, in order. A text that grows is read to its end before the next step is asked for. */
export type BrainReply = Iterable<BrainStep> | AsyncIterable<BrainStep>;

/** Conversation → text and function calls. What throws or rejects fails the response; the conversation goes on. */
export interface Brain {
  respond(request: BrainRequest): Promise<BrainReply>;
}
