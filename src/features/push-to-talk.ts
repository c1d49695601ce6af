import { SessionError, UserError } from '../errors.ts';
import { audioFormat } from '../protocol/session-payload.ts';
import type { SessionConfig } from '../protocol/session-config.ts';
import { pushToTalkCore, type PushToTalkMark } from '../session/push-to-talk.ts';
import type { FeatureHost, SessionFeature } from '../shell/session-feature.ts';

/** Less audio than this the service refuses to commit, in milliseconds. */
const SHORTEST_TURN_MS = 100;

/** A feature with the two ends of a turn; for one session. */
export interface PushToTalk extends SessionFeature {
  /**
   * The button goes down: the agent is interrupted, and audio sent before is forgotten. Send the user's audio from now on.
   * Throws `ERR_NOT_CONNECTED` before the session is connected.
   */
  beginTurn(): void;
  /**
   * The button goes up: the turn is committed and answered. False if less than 100 ms of audio was sent since `beginTurn`:
   * nobody meant to say anything, and there is no turn.
   */
  endTurn(): boolean;
}

/** Push-to-talk: the app says when the user speaks. Sets `turnDetection` to null. */
export function pushToTalk(): PushToTalk {
  let host: FeatureHost | null = null;
  let bytesPerMs = 48;
  let sentBytes = 0;
  const mark = (detail: PushToTalkMark): void => {
    if (host?.transport.status !== 'connected') {
      throw new SessionError('a turn needs an open connection: wait for connect() to resolve', {
        code: 'ERR_NOT_CONNECTED',
      });
    }
    host.post(detail);
  };
  return {
    core: pushToTalkCore(),
    configure(config) {
      bytesPerMs = bytesPerMsOf(config);
      return { ...config, audio: { ...config.audio, input: { ...config.audio?.input, turnDetection: null } } };
    },
    attach(session) {
      if (host !== null) {
        throw new UserError('pushToTalk() is for one session: make another for the next', {
          code: 'ERR_SESSION_OPTION',
        });
      }
      host = session;
      return {
        onUserAudio(audio) {
          sentBytes += audio.byteLength;
        },
      };
    },
    beginTurn() {
      sentBytes = 0;
      mark({ type: 'begin' });
    },
    endTurn() {
      const isHeard = sentBytes >= SHORTEST_TURN_MS * bytesPerMs;
      mark({ type: 'end', isHeard });
      return isHeard;
    },
  };
}

function bytesPerMsOf({ audio, inputAudioFormat }: SessionConfig): number {
  const format = audioFormat(audio?.input?.format ?? inputAudioFormat ?? 'pcm16');
  return format.type === 'audio/pcm' ? (format.rate * 2) / 1000 : 8;
}
