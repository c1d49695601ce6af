import type { WireAudioFormat, WireItemStatus } from '../protocol/client-events.ts';
import type { KeptItem } from './conversation.ts';
import { ItemAudio } from './item-audio.ts';
import { type OutputParts, placeOf, type ResponseOutput } from './response-output.ts';
import type { InContent } from './sent-event.ts';
import { outputAudioTokens } from './usage.ts';
import { sentencesIn, type SpokenText, type Voice, wordsOf } from './voice.ts';
import { encodeWireAudio, sampleRateOf } from './wire-audio.ts';

/** How an item is spoken. */
export interface SpokenOptions {
  readonly text: SpokenText;
  readonly voice: Voice;
  readonly voiceName: string;
  readonly speed: number;
  readonly format: WireAudioFormat;
}

interface Sentence {
  readonly text: string;
  readonly samples: Int16Array;
}

interface TimedWord {
  readonly text: string;
  readonly startFrame: number;
}

/**
 * An assistant message in audio. Sentences are synthesised one ahead of what is sent; words go out with the delta in
 * which they begin, their places estimated by their share of the sentence's characters.
 */
export class SpokenOutput implements ResponseOutput {
  readonly audio: ItemAudio;
  readonly #parts: OutputParts;
  readonly #options: SpokenOptions;
  readonly #place: InContent;
  readonly #deltaFrames: number;
  #words: TimedWord[] = [];
  #pending: Int16Array<ArrayBuffer> = new Int16Array(0);
  #sentFrames = 0;
  #plannedFrames = 0;
  #transcript = '';

  constructor(parts: OutputParts, options: SpokenOptions) {
    this.#parts = parts;
    this.#options = options;
    this.audio = new ItemAudio(options.format);
    this.#deltaFrames = Math.round((sampleRateOf(options.format) * parts.pace.deltaMs) / 1000);
    this.#place = { ...placeOf(parts), content_index: 0 };
  }

  item(status: WireItemStatus): KeptItem {
    const content =
      this.#sentFrames > 0 || status === 'completed'
        ? [{ type: 'output_audio' as const, transcript: this.#transcript }]
        : [];
    return { id: this.#parts.itemId, object: 'realtime.item', type: 'message', status, role: 'assistant', content };
  }

  async run(): Promise<void> {
    const { emit, live } = this.#parts;
    emit({ type: 'response.content_part.added', ...this.#place, part: { type: 'audio', transcript: '' } });
    const sentences = sentencesIn(this.#options.text);
    let upcoming = this.#prepare(sentences);
    for (let next = await live(upcoming); next !== null; next = await live(upcoming)) {
      upcoming = this.#prepare(sentences);
      this.#plan(next.text, next.samples);
      while (this.#pending.length >= this.#deltaFrames) await this.#sendDelta(this.#deltaFrames);
    }
    if (this.#pending.length > 0) await this.#sendDelta(this.#pending.length);
    this.#sendWords(Infinity);
  }

  finish(): void {
    const { emit } = this.#parts;
    const transcript = this.#transcript;
    emit({ type: 'response.output_audio.done', ...this.#place });
    emit({ type: 'response.output_audio_transcript.done', ...this.#place, transcript });
    emit({ type: 'response.content_part.done', ...this.#place, part: { type: 'audio', transcript } });
  }

  /** The next sentence in sound, null behind the last. */
  #prepare(sentences: AsyncGenerator<string>): Promise<Sentence | null> {
    const sentence = this.#synthesize(sentences);
    // It is awaited a sentence later; until then a failure has no other listener.
    sentence.catch(() => {});
    return this.#parts.during(sentence);
  }

  async #synthesize(sentences: AsyncGenerator<string>): Promise<Sentence | null> {
    const next = await sentences.next();
    if (next.done === true) return null;
    const { voice, voiceName, speed, format } = this.#options;
    const samples = await voice.synthesize({
      text: next.value.trim(),
      voice: voiceName,
      speed,
      sampleRate: sampleRateOf(format),
    });
    return { text: next.value, samples };
  }

  #plan(sentence: string, samples: Int16Array): void {
    for (const word of wordsOf(sentence)) {
      const share = word.index / sentence.length;
      this.#words.push({ text: word.text, startFrame: this.#plannedFrames + Math.floor(share * samples.length) });
    }
    this.#plannedFrames += samples.length;
    const joined = new Int16Array(this.#pending.length + samples.length);
    joined.set(this.#pending);
    joined.set(samples, this.#pending.length);
    this.#pending = joined;
  }

  async #sendDelta(frames: number): Promise<void> {
    const { emit, live, output, pace, responseId, itemId, spend } = this.#parts;
    await live(pace.next());
    const samples = this.#pending.slice(0, frames);
    this.#pending = this.#pending.subarray(frames);
    spend(outputAudioTokens((frames * 1000) / sampleRateOf(this.#options.format)));
    this.#sendWords(this.#sentFrames + frames);
    this.#sentFrames += frames;
    this.audio.append(samples);
    if (output !== null) return output.write({ responseId, itemId, samples });
    emit({
      type: 'response.output_audio.delta',
      ...this.#place,
      delta: encodeWireAudio(samples, this.#options.format),
    });
  }

  #sendWords(beforeFrame: number): void {
    const due = this.#words.filter(({ startFrame }) => startFrame < beforeFrame);
    if (due.length === 0) return;
    this.#words = this.#words.slice(due.length);
    const delta = due.map(({ text }) => text).join('');
    this.#transcript += delta;
    this.#parts.emit({ type: 'response.output_audio_transcript.delta', ...this.#place, delta });
  }
}
