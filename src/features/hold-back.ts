import { UserError } from '../errors.ts';
import { type HeldAudio, holdBackCore, type HoldBackJob } from '../session/hold-back.ts';
import type { FeatureHost, FeatureShell, SessionFeature } from '../shell/session-feature.ts';
import { checkRange } from './option-range.ts';

/** Options of `holdBack`. */
export interface HoldBackOptions {
  /** Milliseconds that audio may wait for the guardrails. Default 3000. */
  readonly holdBackMs?: number;
  /**
   * What happens to audio that has waited for so long. `'block'`, the default: it goes on waiting, and without a verdict it
   * is never heard. `'release'`: it is heard unread. The app is told of either with `audio_hold_timeout`.
   */
  readonly onHoldTimeout?: 'block' | 'release';
}

/**
 * Holds the agent's audio back until the output guardrails have read the words: each stretch carries the length of the
 * transcript that was known when it arrived, and is played, and emitted as `audio`, when every guardrail has let that much
 * through. What a guardrail trips on is never heard, and the server is told so.
 *
 * A short `outputGuardrailSettings.debounceTextLength` keeps the wait short: between two readings nothing passes. A guardrail
 * that throws has let nothing through.
 *
 * Throws `UserError`: `ERR_SESSION_OPTION` for a value out of range and without `outputGuardrails`,
 * `ERR_TRANSPORT_FEATURE` where the other end plays the audio (WebRTC, SIP) or the transport can't hold it.
 */
export function holdBack(options: HoldBackOptions = {}): SessionFeature {
  const { holdBackMs = 3000, onHoldTimeout = 'block' } = options;
  checkRange('holdBackMs', holdBackMs, 0, 600_000);
  return { core: holdBackCore({ holdBackMs, onHoldTimeout }), attach };
}

interface Waiting {
  readonly audio: HeldAudio;
  readonly pass: () => void;
}

function attach({ driven, hasGuardrails, post }: FeatureHost): FeatureShell {
  if (!hasGuardrails) {
    throw new UserError('holdBack waits for output guardrails, and the session has none: give it outputGuardrails', {
      code: 'ERR_SESSION_OPTION',
    });
  }
  if (driven?.holdAudio === undefined || driven.isPlayoutRemote === true) {
    throw new UserError(
      'holdBack needs a transport whose audio passes through the session, such as the WebSocket one',
      {
        code: 'ERR_TRANSPORT_FEATURE',
      },
    );
  }
  let waiting: Waiting[] = [];
  let sequence = 0;
  driven.holdAudio((place, pass) => {
    const audio = { ...place, sequence: ++sequence };
    waiting.push({ audio, pass });
    post(audio);
  });
  return {
    run(job) {
      const { type, responseId, ...rest } = job as HoldBackJob;
      const upToSequence = 'upToSequence' in rest ? rest.upToSequence : Number.POSITIVE_INFINITY;
      const isMeant = ({ audio }: Waiting): boolean =>
        audio.responseId === responseId && audio.sequence <= upToSequence;
      const meant = waiting.filter(isMeant);
      waiting = waiting.filter((each) => !isMeant(each));
      if (type === 'pass') for (const { pass } of meant) pass();
    },
    stop() {
      waiting = [];
    },
  };
}
