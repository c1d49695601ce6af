import { UserError } from '../errors.ts';
import { falseInterruptionCore } from '../session/false-interruption.ts';
import type { SessionFeature } from '../shell/session-feature.ts';
import { checkRange } from './option-range.ts';
import { transcribesUser, withTurnDetection } from './turn-detection.ts';

/** Options of `falseInterruption`. */
export interface FalseInterruptionOptions {
  /**
   * What happens to the agent while it is not known whether the user meant to interrupt. Default `'pause'`. Where the other
   * end plays the audio (WebRTC, SIP) nothing can be paused without losing it: there only `'duck'` is taken.
   */
  readonly action?: 'pause' | 'duck';
  /** Gain of the agent while it is ducked, in dB, at most 0. Default −20. */
  readonly duckDb?: number;
  /** Milliseconds after the end of the sound in which words must come, or the agent goes on. Default 2000. */
  readonly resumeAfterMs?: number;
  /** Fewer words than this are no interruption. Default 1. */
  readonly minWords?: number;
}

/**
 * Tells interruptions from coughs: the agent is paused as soon as the user makes a sound, and goes on without a lost sample
 * when no words of it come in time. When words come, the agent is interrupted and truncated at the position of the pause.
 *
 * Sets `interrupt_response` and `create_response` of the turn detection to false and asks for the responses itself. Needs
 * the transcription of the user's audio; push-to-talk (`turnDetection: null`) is left alone. An app that plays the audio
 * itself obeys `audio_paused` and `audio_resumed`.
 *
 * Throws `UserError`: `ERR_SESSION_OPTION` for a value out of range, `ERR_TRANSPORT_FEATURE` where the transport can't do it.
 */
export function falseInterruption(options: FalseInterruptionOptions = {}): SessionFeature {
  const { action = 'pause', duckDb = -20, resumeAfterMs = 2000, minWords = 1 } = options;
  checkRange('resumeAfterMs', resumeAfterMs, 0, 60_000);
  checkRange('minWords', minWords, 1, 100);
  checkRange('duckDb', duckDb, -120, 0);
  return {
    core: falseInterruptionCore({ action, duckDb, resumeAfterMs, minWords }),
    configure(config) {
      const changed = withTurnDetection(config, { interruptResponse: false, createResponse: false });
      if (changed !== config && !transcribesUser(config)) {
        throw new UserError(
          'falseInterruption needs to know what the user says: audio.input.transcription is null; give it a model',
          { code: 'ERR_SESSION_OPTION' },
        );
      }
      return changed;
    },
    attach({ driven }) {
      if (driven === null) {
        throw new UserError(
          'falseInterruption needs a transport whose playout the session controls; this one has none',
          {
            code: 'ERR_TRANSPORT_FEATURE',
          },
        );
      }
      if (driven.isPlayoutRemote === true && action === 'pause') {
        throw new UserError(
          "falseInterruption can't pause audio that the other end plays: give it action: 'duck', or use the WebSocket transport",
          { code: 'ERR_TRANSPORT_FEATURE' },
        );
      }
      return {};
    },
  };
}
