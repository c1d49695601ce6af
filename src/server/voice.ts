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

/** The sentences of a text: synthesised one by one, so that the first can be heard while the next is made. */
export function sentencesOf(text: string): string[] {
  return text.match(/[^]*?[.!?]+(?:\s+|$)|[^]+$/g) ?? [];
}
