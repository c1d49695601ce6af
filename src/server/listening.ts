import type { Clock } from '../clock.ts';
import type { WireAudioFormat } from '../protocol/client-events.ts';
import type { Conversation } from './conversation.ts';
import type { Ears } from './ears.ts';
import { isFinishedThought } from './finished-thought.ts';
import { IdleTimeout } from './idle-timeout.ts';
import { InputAudio } from './input-audio.ts';
import { ItemAudio } from './item-audio.ts';
import { Refusal } from './refusal.ts';
import type { Emit } from './sent-event.ts';
import type { SessionConfig } from './session-config.ts';
import { Transcription } from './transcription.ts';
import type { UserTurns } from './user-turns.ts';
import { sampleRateOf } from './wire-audio.ts';

/** Least audio of a commit, as on the service. */
const MIN_COMMIT_MS = 100;

/** What the listening side of a session works with. */
export interface ListeningParts {
  readonly clock: Clock;
  readonly ears: Ears;
  readonly emit: Emit;
  readonly newId: (prefix: string) => string;
  readonly conversation: Conversation;
  readonly turns: UserTurns;
  readonly config: () => SessionConfig;
  /** The format of the audio that comes in, whatever the configuration says; null for that of the configuration. */
  readonly fixedFormat: WireAudioFormat | null;
  /** The user speaks, and speech is to interrupt the server's. */
  readonly onBargeIn: () => void;
  /** A turn has ended that is to be answered, or nobody has spoken for long. */
  readonly onTurn: (occasion: { readonly isIdle: boolean }) => void;
  /** Whether a response is under way, during which nobody is idle. */
  readonly isResponding: () => boolean;
}

/** The user's side of one session: from the audio that comes in to turns in the conversation. */
export class Listening {
  readonly #parts: ListeningParts;
  readonly #input: InputAudio;
  readonly #idle: IdleTimeout;
  readonly #transcription: Transcription;
  #speechItemId: string | null = null;
  #isEnded = false;

  constructor(parts: ListeningParts) {
    this.#parts = parts;
    this.#transcription = new Transcription(parts.emit, parts.conversation);
    this.#input = new InputAudio({
      onSpeechStarted: (startMs) => this.#speechStarted(startMs),
      onSpeechStopped: (endMs) => this.#speechStopped(endMs),
      onPause: (pauseNumber) => void this.#judgePause(pauseNumber),
    });
    this.#idle = new IdleTimeout(
      parts.clock,
      () => this.#input.receivedMs,
      (startMs) => this.#idleTimedOut(startMs),
    );
    this.configure();
  }

  /** The format of the audio that comes in. */
  get format(): WireAudioFormat {
    return this.#parts.fixedFormat ?? this.#parts.config().audio.input.format;
  }

  /** The item that the speech under way will become, if any. */
  get speechItemId(): string | null {
    return this.#speechItemId;
  }

  /** Takes over the session's configuration. */
  configure(): void {
    const { turn_detection } = this.#parts.config().audio.input;
    const canJudge = this.#parts.ears.transcribePause !== undefined;
    this.#input.configure(sampleRateOf(this.format), turn_detection, canJudge);
    if (turn_detection?.type !== 'server_vad' || typeof turn_detection.idle_timeout_ms !== 'number')
      this.#idle.cancel();
  }

  /** Takes audio; refuses more than the buffer holds. */
  append(samples: Int16Array): void {
    this.#input.append(samples);
  }

  /** Forgets what was not committed. */
  clear(): void {
    this.#input.clear();
    this.#speechItemId = null;
  }

  /** Makes a turn of what came in since the last; refuses less than the service takes. */
  commit(): void {
    const { bufferedMs } = this.#input;
    if (bufferedMs < MIN_COMMIT_MS) {
      throw new Refusal(
        `Error committing input audio buffer: buffer too small. Expected at least ${MIN_COMMIT_MS}ms of audio, ` +
          `but buffer only has ${bufferedMs.toFixed(2)}ms of audio.`,
        { code: 'input_audio_buffer_commit_empty' },
      );
    }
    this.#commit();
  }

  /** Waits from `playedAtMs` for a user who says nothing, if the session asks for it. */
  awaitUser(playedAtMs: number): void {
    const { turn_detection } = this.#parts.config().audio.input;
    const timeoutMs = turn_detection?.type === 'server_vad' ? turn_detection.idle_timeout_ms : null;
    if (typeof timeoutMs === 'number') this.#idle.start(playedAtMs, timeoutMs);
  }

  /** The server has begun to answer: nobody is idle. */
  stopWaiting(): void {
    this.#idle.cancel();
  }

  end(): void {
    this.#isEnded = true;
    this.#idle.cancel();
    this.#input.free();
  }

  /** Asks the ears for the words so far; ears that fail leave the judgement to the length of the pause. */
  async #judgePause(pauseNumber: number): Promise<void> {
    const { ears, turns } = this.#parts;
    const audio = new ItemAudio(this.format, this.#input.peek());
    const text = await turns
      .hear(audio, (turn) => ears.transcribePause?.(turn) ?? Promise.resolve(''))
      .catch(() => null);
    if (!this.#isEnded) this.#input.judgePause(pauseNumber, text === null || isFinishedThought(text));
  }

  #speechStarted(startMs: number): void {
    const { newId, emit, config, onBargeIn } = this.#parts;
    this.#idle.cancel();
    this.#speechItemId = newId('item');
    emit({ type: 'input_audio_buffer.speech_started', audio_start_ms: startMs, item_id: this.#speechItemId });
    if (config().audio.input.turn_detection?.interrupt_response !== false) onBargeIn();
  }

  #speechStopped(endMs: number): void {
    const { newId, emit, config, onTurn } = this.#parts;
    const itemId = (this.#speechItemId ??= newId('item'));
    emit({ type: 'input_audio_buffer.speech_stopped', audio_end_ms: endMs, item_id: itemId });
    this.#commit();
    if (config().audio.input.turn_detection?.create_response !== false) onTurn({ isIdle: false });
  }

  /** Nobody has spoken for `idle_timeout_ms`: what was received is committed, and the model speaks up. */
  #idleTimedOut(startMs: number): void {
    const { isResponding, newId, emit, onTurn } = this.#parts;
    if (isResponding() || this.#speechItemId !== null) return;
    const itemId = newId('item');
    this.#speechItemId = itemId;
    emit({
      type: 'input_audio_buffer.timeout_triggered',
      audio_start_ms: Math.round(startMs),
      audio_end_ms: Math.round(this.#input.receivedMs),
      item_id: itemId,
    });
    this.#commitItem();
    onTurn({ isIdle: true });
  }

  #commit(): void {
    const { turns, config } = this.#parts;
    const { id, audio } = this.#commitItem();
    const { transcription } = config().audio.input;
    const heard = turns.speak(id, audio, this.#transcription.hints(id, transcription));
    if (transcription === null) heard.catch(() => {});
    else void this.#transcription.report(id, { heard, durationMs: audio.durationMs, model: transcription.model });
  }

  #commitItem(): { id: string; audio: ItemAudio } {
    const { newId, emit, conversation } = this.#parts;
    const id = this.#speechItemId ?? newId('item');
    this.#speechItemId = null;
    const audio = new ItemAudio(this.format, this.#input.take());
    emit({ type: 'input_audio_buffer.committed', previous_item_id: conversation.lastItemId, item_id: id });
    conversation.insert(
      {
        id,
        object: 'realtime.item',
        type: 'message',
        status: 'completed',
        role: 'user',
        content: [{ type: 'input_audio', transcript: null }],
      },
      audio,
    );
    return { id, audio };
  }
}
