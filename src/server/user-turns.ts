import type { Clock } from '../clock.ts';
import type { WireUserMessage } from '../protocol/client-events.ts';
import type { Ears } from './ears.ts';
import type { ItemAudio } from './item-audio.ts';
import { sampleRateOf } from './wire-audio.ts';

/** The texts of the user's turns, spoken and written, as far as the ears have them, and how often each was answered. */
export class UserTurns {
  readonly #clock: Clock;
  readonly #ears: Ears;
  readonly #texts: Promise<string>[] = [];
  #responses = 0;

  constructor(clock: Clock, ears: Ears) {
    this.#clock = clock;
    this.#ears = ears;
  }

  /** The texts so far; later turns don't change the list that was returned. */
  get texts(): readonly Promise<string>[] {
    return [...this.#texts];
  }

  /** Adds a spoken turn. The result rejects when the ears do; for the brain that turn is then empty. */
  speak(audio: ItemAudio): Promise<string> {
    const turn = { pcm16: audio.samples(), sampleRate: sampleRateOf(audio.format) };
    const earlier = Promise.all(this.#texts);
    const heard = this.#clock.during(earlier.then((earlierTurns) => this.#ears.transcribe({ ...turn, earlierTurns })));
    this.#begin(heard.catch(() => ''));
    return heard;
  }

  /** Adds a message; one of audio only is heard as a spoken turn is. */
  write(message: WireUserMessage, audio: ItemAudio | null): void {
    const text = writtenText(message);
    if (text !== '' || audio === null) this.#begin(Promise.resolve(text));
    else this.speak(audio).catch(() => {});
  }

  /** Counts a response: 0 for the first since the last turn. */
  countResponse(): number {
    return this.#responses++;
  }

  #begin(text: Promise<string>): void {
    this.#texts.push(text);
    this.#responses = 0;
  }
}

/** What a message says in words: its texts, and the transcripts that came with its audio. */
export function writtenText({ content }: WireUserMessage): string {
  const parts = content.flatMap((part) => {
    if (part.type === 'input_text') return [part.text];
    return part.type === 'input_audio' && typeof part.transcript === 'string' ? [part.transcript] : [];
  });
  return parts.join(' ');
}
