import { readableJson, type WireEntry } from './wire-entry.ts';

/** More are in the file that Save writes. */
const MAX_ROWS = 600;
/** Fifty of them a second would hide the rest. */
const AUDIO_EVENT = /^(input_audio_buffer\.append|response\.output_audio\.delta)$/;

/** Where the events are shown. */
export interface EventListParts {
  readonly list: HTMLOListElement;
  readonly filter: HTMLInputElement;
  readonly direction: HTMLSelectElement;
  readonly withAudio: HTMLInputElement;
  readonly count: HTMLElement;
}

/** Events of both directions, the newest first, each of which opens to its JSON. */
export class EventList {
  readonly #parts: EventListParts;
  /** In two lists, so that audio does not push the others out. */
  #audio: WireEntry[] = [];
  #others: WireEntry[] = [];
  #seen = 0;

  constructor(parts: EventListParts) {
    this.#parts = parts;
    parts.filter.addEventListener('input', () => this.#showAll());
    parts.direction.addEventListener('change', () => this.#showAll());
    parts.withAudio.addEventListener('change', () => this.#showAll());
    this.#tellCount();
  }

  add(entry: WireEntry): void {
    const kept = isAudio(entry) ? this.#audio : this.#others;
    kept.push(entry);
    this.#seen++;
    if (kept.length > 2 * MAX_ROWS) kept.splice(0, MAX_ROWS);
    if (this.#passes(entry)) this.#parts.list.prepend(rowOf(entry));
    while (this.#parts.list.children.length > MAX_ROWS) this.#parts.list.lastElementChild?.remove();
    this.#tellCount();
  }

  /** Shows these instead. */
  replace(entries: readonly WireEntry[]): void {
    this.#audio = entries.filter(isAudio).slice(-MAX_ROWS);
    this.#others = entries.filter((entry) => !isAudio(entry)).slice(-MAX_ROWS);
    this.#seen = entries.length;
    this.#showAll();
  }

  #passes(entry: WireEntry): boolean {
    if (isAudio(entry) && !this.#parts.withAudio.checked) return false;
    const { direction, event } = entry;
    const wanted = this.#parts.direction.value;
    const text = this.#parts.filter.value.trim().toLowerCase();
    return (wanted === 'both' || wanted === direction) && String(event['type']).toLowerCase().includes(text);
  }

  #showAll(): void {
    const rows = [...this.#audio, ...this.#others]
      .filter((entry) => this.#passes(entry))
      .toSorted((left, right) => left.atMs - right.atMs)
      .slice(-MAX_ROWS);
    this.#parts.list.replaceChildren(...rows.map(rowOf).toReversed());
    this.#tellCount();
  }

  #tellCount(): void {
    this.#parts.count.textContent = this.#seen === 0 ? 'none yet' : `${this.#seen}`;
  }
}

function isAudio({ event }: WireEntry): boolean {
  return AUDIO_EVENT.test(String(event['type']));
}

function rowOf(entry: WireEntry): HTMLLIElement {
  const row = document.createElement('li');
  const details = document.createElement('details');
  const summary = document.createElement('summary');
  const isSent = entry.direction === 'sent';
  summary.append(
    part('time', `${(entry.atMs / 1000).toFixed(2)} s`),
    part(`arrow ${entry.direction}`, isSent ? '↑ sent' : '↓ received'),
    part('type', String(entry.event['type'])),
  );
  // Thousands of rows, of which hardly any is opened.
  details.addEventListener('toggle', () => {
    if (!details.open || details.childElementCount > 1) return;
    const json = document.createElement('pre');
    json.tabIndex = 0;
    json.textContent = readableJson(entry.event);
    details.append(json);
  });
  details.append(summary);
  row.append(details);
  return row;
}

function part(className: string, text: string): HTMLSpanElement {
  const span = document.createElement('span');
  span.className = className;
  span.textContent = text;
  return span;
}
