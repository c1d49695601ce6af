import { UserError } from '../errors.ts';
import { fillerCore } from '../session/filler.ts';
import type { SessionFeature } from '../shell/session-feature.ts';
import { checkRange } from './option-range.ts';

/** Options of `filler`. */
export interface FillerOptions {
  /** Milliseconds that a tool may run before the agent says something. Default 1500. */
  readonly afterMs?: number;
  /** What the model is told for that one response. */
  readonly instructions?: string;
}

const INSTRUCTIONS =
  'A tool is still running. In one short sentence, in the language of the conversation, tell the user that you are on it. ' +
  'Do not guess at its result and do not ask anything.';

/**
 * Has the agent say a word when a tool takes long: a response of its own, without tools, once a call, when nobody speaks. The
 * tool's output is answered after it as always.
 *
 * Throws `UserError`: `ERR_SESSION_OPTION` for a value out of range, `ERR_TRANSPORT_FEATURE` where the session does not
 * sequence the responses.
 */
export function filler(options: FillerOptions = {}): SessionFeature {
  const { afterMs = 1500, instructions = INSTRUCTIONS } = options;
  checkRange('afterMs', afterMs, 0, 600_000);
  return {
    core: fillerCore({ afterMs, instructions }),
    attach({ driven }) {
      if (driven !== null) return {};
      throw new UserError('filler needs a transport that leaves responses to the session; this one asks by itself', {
        code: 'ERR_TRANSPORT_FEATURE',
      });
    },
  };
}
