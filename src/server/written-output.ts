import type { WireItemStatus } from '../protocol/client-events.ts';
import type { KeptItem } from './conversation.ts';
import { type OutputParts, placeOf, type ResponseOutput } from './response-output.ts';
import type { InContent } from './sent-event.ts';
import { textTokens } from './usage.ts';
import { type SpokenText, wordsOf } from './voice.ts';

/** An assistant message in text: one delta a word, or a piece as the brain writes it, paced like audio. */
export class WrittenOutput implements ResponseOutput {
  readonly audio = null;
  readonly #parts: OutputParts;
  readonly #text: SpokenText;
  readonly #place: InContent;
  #sent = '';

  constructor(parts: OutputParts, text: SpokenText) {
    this.#parts = parts;
    this.#text = text;
    this.#place = { ...placeOf(parts), content_index: 0 };
  }

  item(status: WireItemStatus): KeptItem {
    const content =
      this.#sent !== '' || status === 'completed' ? [{ type: 'output_text' as const, text: this.#sent }] : [];
    return { id: this.#parts.itemId, object: 'realtime.item', type: 'message', status, role: 'assistant', content };
  }

  async run(): Promise<void> {
    const { emit } = this.#parts;
    emit({ type: 'response.content_part.added', ...this.#place, part: { type: 'text', text: '' } });
    if (typeof this.#text === 'string') for (const { text } of wordsOf(this.#text)) await this.#sendDelta(text);
    else for await (const piece of this.#text) await this.#sendDelta(piece);
  }

  finish(): void {
    const { emit } = this.#parts;
    emit({ type: 'response.output_text.done', ...this.#place, text: this.#sent });
    emit({ type: 'response.content_part.done', ...this.#place, part: { type: 'text', text: this.#sent } });
  }

  async #sendDelta(delta: string): Promise<void> {
    const { emit, live, pace, spend } = this.#parts;
    await live(pace.next());
    spend(textTokens(delta));
    this.#sent += delta;
    emit({ type: 'response.output_text.delta', ...this.#place, delta });
  }
}
