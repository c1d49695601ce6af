import type { WireTranscription } from '../protocol/client-events.ts';
import type { Conversation } from './conversation.ts';
import type { Emit } from './sent-event.ts';
import type { HearingHints } from './user-turns.ts';

/** The one transcription model whose only delta is the whole turn. */
const WHOLE_TURN_MODEL = 'whisper-1';

/** Tells the client what the ears have heard. */
export class Transcription {
  readonly #emit: Emit;
  readonly #conversation: Conversation;
  /** Items whose transcript has begun to go out. */
  readonly #streamed = new Set<string>();

  constructor(emit: Emit, conversation: Conversation) {
    this.#emit = emit;
    this.#conversation = conversation;
  }

  /** What the ears are told about a turn, and where their deltas go, if the session has asked for a transcript. */
  hints(itemId: string, config: WireTranscription | null): HearingHints {
    if (config === null) return {};
    const { language, prompt, model } = config;
    if (model === WHOLE_TURN_MODEL) return { language, prompt };
    return { language, prompt, onDelta: (delta) => this.#sendDelta(itemId, delta) };
  }

  /** Sends the rest of the deltas and the end; never rejects. */
  async report(
    itemId: string,
    { heard, durationMs, model }: { heard: Promise<string>; durationMs: number; model: string | undefined },
  ): Promise<void> {
    const place = { item_id: itemId, content_index: 0 };
    try {
      const transcript = await heard;
      this.#conversation.setTranscript(itemId, transcript);
      for (const delta of this.#unsentDeltas(itemId, transcript, model)) this.#sendDelta(itemId, delta);
      this.#emit({
        type: 'conversation.item.input_audio_transcription.completed',
        ...place,
        transcript,
        usage: { type: 'duration', seconds: Math.ceil(durationMs / 1000) },
      });
    } catch (error) {
      this.#emit({
        type: 'conversation.item.input_audio_transcription.failed',
        ...place,
        error: { type: 'transcription_error', code: 'audio_unintelligible', message: String(error) },
      });
    } finally {
      this.#streamed.delete(itemId);
    }
  }

  #sendDelta(itemId: string, delta: string): void {
    this.#streamed.add(itemId);
    const type = 'conversation.item.input_audio_transcription.delta';
    this.#emit({ type, item_id: itemId, content_index: 0, delta });
  }

  /** Ears that told it all at once: one delta of `whisper-1`, a delta a word of later models. */
  #unsentDeltas(itemId: string, transcript: string, model: string | undefined): readonly string[] {
    if (this.#streamed.has(itemId)) return [];
    return model === WHOLE_TURN_MODEL ? [transcript] : (transcript.match(/\s*\S+\s*/g) ?? []);
  }
}
