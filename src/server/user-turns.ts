import type { Clock } from '../clock.ts';
import type { WireUserMessage } from '../protocol/client-events.ts';
import type { KeptItem } from './conversation.ts';
import type { Ears, HeardTurn } from './ears.ts';
import type { ItemAudio } from './item-audio.ts';
import { sampleRateOf } from './wire-audio.ts';

/** What the session says about the speech in it, and who takes the text while it is recognised. */
export type HearingHints = Pick<HeardTurn, 'language' | 'prompt' | 'onDelta'>;

/** The texts of the user's turns, spoken and written, as far as the ears have them, and how often each was answered. */
export class UserTurns {
  readonly #clock: Clock;
  readonly #ears: Ears;
  readonly #texts: Promise<string>[] = [];
  readonly #textOfItem = new Map<string, Promise<string>>();
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
  speak(itemId: string, audio: ItemAudio, hints: HearingHints = {}): Promise<string> {
    const heard = this.hear(audio, (turn) => this.#ears.transcribe({ ...turn, ...hints }));
    this.#begin(
      itemId,
      heard.catch(() => ''),
    );
    return heard;
  }

  /** Asks the ears about audio that is no turn, or none yet. */
  hear(audio: ItemAudio, listen: (turn: HeardTurn) => Promise<string>): Promise<string> {
    const pcm16 = audio.samples();
    const sampleRate = sampleRateOf(audio.format);
    const earlier = Promise.all(this.#texts);
    return this.#clock.during(earlier.then((earlierTurns) => listen({ pcm16, sampleRate, earlierTurns })));
  }

  /** Adds a message; one of audio only is heard as a spoken turn is. */
  write(itemId: string, message: WireUserMessage, audio: ItemAudio | null): void {
    const text = writtenText(message);
    if (text !== '' || audio === null) this.#begin(itemId, Promise.resolve(text));
    else this.speak(itemId, audio).catch(() => {});
  }

  /** The items with the texts of the spoken turns among them, as far as the ears have heard any. */
  async transcribed(items: readonly KeptItem[]): Promise<readonly KeptItem[]> {
    return Promise.all(
      items.map(async (item) => {
        const text = await this.#textOfItem.get(item.id);
        return text === undefined ? item : withTranscript(item, text);
      }),
    );
  }

  /** Counts a response: 0 for the first since the last turn. */
  countResponse(): number {
    return this.#responses++;
  }

  #begin(itemId: string, text: Promise<string>): void {
    this.#texts.push(text);
    this.#textOfItem.set(itemId, text);
    this.#responses = 0;
  }
}

/** The item with a text for the audio in it that has none. */
function withTranscript(item: KeptItem, transcript: string): KeptItem {
  if (item.type !== 'message' || item.role !== 'user') return item;
  const content = item.content.map((part) =>
    part.type === 'input_audio' && typeof part.transcript !== 'string' ? { ...part, transcript } : part,
  );
  return { ...item, content };
}

/** What a message says in words: its texts, and the transcripts that came with its audio. */
export function writtenText({ content }: WireUserMessage): string {
  const parts = content.flatMap((part) => {
    if (part.type === 'input_text') return [part.text];
    return part.type === 'input_audio' && typeof part.transcript === 'string' ? [part.transcript] : [];
  });
  return parts.join(' ');
}
