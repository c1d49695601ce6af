import type { RealtimeContextData, RunContext } from '../agent/run-context.ts';
import { type GateJob, type GateVerdict, inputGateCore } from '../session/input-gate.ts';
import type { SessionFeature } from '../shell/session-feature.ts';
import { checkRange } from './option-range.ts';
import { withTurnDetection } from './turn-detection.ts';

/** A turn of the user, to be judged. */
export interface InputGateTurn {
  /** Null if the transcript did not come in time. */
  readonly text: string | null;
  /** Null where the transport does not say which item the turn became. */
  readonly itemId: string | null;
  readonly context: RunContext<RealtimeContextData>;
}

/** Whether the agent answers: true or false, or false with a reason for the app. */
export type InputGateDecision = boolean | { readonly allow: boolean; readonly reason?: string };

/** Options of `inputGate`. */
export interface InputGateOptions {
  /** Judges a turn before the agent answers it. One that throws refuses, and the error is told as `error`. */
  readonly check: (turn: InputGateTurn) => InputGateDecision | Promise<InputGateDecision>;
  /** Milliseconds after the end of a turn in which its transcript must come; then it is judged without. Default 5000. */
  readonly transcriptMs?: number;
  /** Takes a refused turn out of the conversation, so that no later answer is about it. Default true. */
  readonly removeRefused?: boolean;
}

/**
 * Lets the app judge each spoken turn before the agent answers it. Sets `create_response` of the turn detection to false and
 * asks for the responses itself; the app is told of a refused turn with `input_refused`. What the app sends by
 * `sendMessage` is its own and not judged. Together with `falseInterruption` or `pushToTalk` it comes after them.
 *
 * Throws `ERR_SESSION_OPTION` for a value out of range.
 */
export function inputGate(options: InputGateOptions): SessionFeature {
  const { check, transcriptMs = 5000, removeRefused = true } = options;
  checkRange('transcriptMs', transcriptMs, 0, 60_000);
  return {
    core: inputGateCore({ transcriptMs, removesRefused: removeRefused }),
    configure: (config) => withTurnDetection(config, { createResponse: false }),
    attach: ({ post, report, runContext }) => ({
      run(job) {
        const { turnId, itemId, text } = job as GateJob;
        const judge = async (): Promise<GateVerdict> => {
          const decision = await check({ text, itemId, context: runContext });
          if (typeof decision === 'boolean') return { turnId, isAllowed: decision };
          const { allow, reason } = decision;
          return { turnId, isAllowed: allow, ...(reason !== undefined && { reason }) };
        };
        judge().then(post, (error: unknown) => {
          report(error);
          post({ turnId, isAllowed: false, reason: 'the check failed' });
        });
      },
    }),
  };
}
