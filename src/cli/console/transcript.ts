/** One turn, or one call of a tool. */
export interface TranscriptLine {
  readonly id: string;
  readonly who: 'you' | 'agent' | 'tool';
  readonly heard: string;
  /** Said by the model, and not played yet. */
  readonly pending?: string;
  /** Cut off by an interruption: nobody heard it. */
  readonly cut?: string;
  readonly heardMs?: number;
}

/** So near its end, a list is read at its end. */
const END_PX = 40;

const NAMES: Readonly<Record<TranscriptLine['who'], string>> = { you: 'You', agent: 'Agent', tool: 'Tool' };

/** The conversation, with what was heard told apart from what was not. */
export class Transcript {
  readonly #list: HTMLOListElement;
  readonly #shown = new Map<string, { readonly row: HTMLLIElement; text: string }>();

  /** Until the reader scrolls up, the last line stays in view, whatever takes room from the list. */
  #isAtEnd = true;

  constructor(list: HTMLOListElement) {
    this.#list = list;
    list.addEventListener('scroll', () => {
      this.#isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < END_PX;
    });
  }

  show(lines: readonly TranscriptLine[]): void {
    const kept = new Set(lines.map(({ id }) => id));
    for (const [id, { row }] of this.#shown) {
      if (kept.has(id)) continue;
      row.remove();
      this.#shown.delete(id);
    }
    for (const line of lines) {
      const text = JSON.stringify(line);
      const shown = this.#shown.get(line.id);
      if (shown?.text === text) continue;
      const row = shown?.row ?? document.createElement('li');
      row.className = line.who;
      row.replaceChildren(...contentOf(line));
      this.#shown.set(line.id, { row, text });
    }
    // An item's place is known only when those before it are: history inserts, and another recording has another order.
    for (const [index, { id }] of lines.entries()) {
      const row = this.#shown.get(id)?.row;
      const there = this.#list.children[index];
      if (row !== undefined && row !== there) this.#list.insertBefore(row, there ?? null);
    }
    if (this.#isAtEnd) this.#list.scrollTop = this.#list.scrollHeight;
  }
}

function contentOf({ who, heard, pending = '', cut = '', heardMs }: TranscriptLine): HTMLElement[] {
  const name = document.createElement('span');
  name.className = 'who';
  name.textContent = NAMES[who];
  const words = document.createElement('p');
  words.append(heard);
  if (pending !== '') words.append(' ', marked('span', 'pending', pending));
  if (cut !== '') {
    const struck = marked('s', 'cut', cut);
    struck.setAttribute('aria-label', `not heard: ${cut}`);
    words.append(' ', struck);
  }
  if (heardMs === undefined) return [name, words];
  return [name, words, marked('small', 'note', `interrupted after ${(heardMs / 1000).toFixed(2)} s heard`)];
}

function marked(tag: 'span' | 's' | 'small', className: string, text: string): HTMLElement {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}
