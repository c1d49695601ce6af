/** One stretch of speech to make. */
export interface SpeechRequest {
  readonly text: string;
  /** Name of the voice in the words of the API: marin, cedar, alloy… */
  readonly voice: string;
  /** Factor of the speaking rate, 1 is normal. */
  readonly speed: number;
  /** In Hz: 24000, or 8000 for G.711. */
  readonly sampleRate: number;
}

/** Text → speech. A rejection fails the response; the conversation goes on. */
export interface Voice {
  synthesize(request: SpeechRequest): Promise<Int16Array>;
  /** Releases what the voice holds. */
  close?(): Promise<void>;
}

/** A text that is there, or that grows while it is spoken. */
export type SpokenText = string | AsyncIterable<string>;

/**
 * The sentences of a text: synthesised one by one, so that the first can be heard while the next is made. Linear in the
 * length of any text, which a client may have written.
 */
export function sentencesOf(text: string): string[] {
  return text.match(/[^]*?[.!?](?:\s+|$)|[^]+$/g) ?? [];
}

/** The words of a text, each with the blanks behind it, and where they begin; linear as well. */
export function wordsOf(text: string): { readonly text: string; readonly index: number }[] {
  return Array.from(text.matchAll(/^\s*\S+\s*|\S+\s*/g), ({ 0: word, index }) => ({ text: word, index }));
}

/** The sentences of a text as they become complete. */
export async function* sentencesIn(text: SpokenText): AsyncGenerator<string> {
  if (typeof text === 'string') return yield* sentencesOf(text);
  let pending = '';
  for await (const piece of text) {
    const sentences = sentencesOf(pending + piece);
    // The last one may go on: its end is known when something follows it.
    pending = sentences.pop() ?? '';
    yield* sentences;
  }
  if (pending.trim() !== '') yield pending;
}
