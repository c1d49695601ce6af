import type { WireAssistantMessage } from '../protocol/client-events.ts';
import type { ItemAudio } from './item-audio.ts';
import { Refusal } from './refusal.ts';
import type { Emit, ServerItem } from './sent-event.ts';

/** An item as the server keeps it. */
export type KeptItem = ServerItem;

interface Entry {
  item: KeptItem;
  readonly audio: ItemAudio | null;
  isTruncated?: boolean;
  /** Of a truncated item: the words that had been heard, by their share of the audio. For the brain only. */
  heardText?: string;
  isDone?: boolean;
}

/** What a truncated item still says: that it was audio. */
const TRUNCATED_CONTENT = [{ type: 'output_audio' as const }];

/** The items of the default conversation, in order. Items are replaced, never changed: sent events stay as sent. */
export class Conversation {
  readonly #emit: Emit;
  readonly #entries: Entry[] = [];

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  get items(): readonly KeptItem[] {
    return this.#entries.map(({ item }) => item);
  }

  /** Items with their audio, for whoever counts tokens. */
  get entries(): readonly Readonly<Entry>[] {
    return this.#entries;
  }

  /** Whether the assistant has been heard: its voice is fixed from then on. */
  get hasAssistantAudio(): boolean {
    return this.#entries.some(
      ({ item, audio }) => audio !== null && item.type === 'message' && item.role === 'assistant',
    );
  }

  get lastItemId(): string | null {
    return this.#entries.at(-1)?.item.id ?? null;
  }

  has(itemId: string): boolean {
    return this.#entries.some(({ item }) => item.id === itemId);
  }

  /** Adds an item that is complete and says so; behind `previousId`, `root` for the front, null for the end. */
  insert(item: KeptItem, audio: ItemAudio | null = null, previousId: string | null = null): void {
    this.begin(item, audio, previousId);
    this.finish(item);
  }

  /** Adds an item and announces it; `finish` follows when it is complete. */
  begin(item: KeptItem, audio: ItemAudio | null = null, previousId: string | null = null): void {
    if (this.has(item.id)) {
      throw new Refusal(`Error adding item: the conversation already has an item with id '${item.id}'.`, {
        code: 'item_create_duplicate_item_id',
        param: 'item.id',
      });
    }
    this.#entries.splice(this.#placeBehind(previousId), 0, { item, audio });
    this.#emit({ type: 'conversation.item.added', previous_item_id: this.#previousOf(item.id), item });
  }

  /**
   * Replaces an item by its final state and announces that; says nothing about an item that was deleted meanwhile, or
   * replaced by a client's own of the same id.
   */
  finish(item: KeptItem): void {
    const entry = this.#find(item.id);
    if (entry === undefined || entry.isDone === true) return;
    entry.isDone = true;
    const isCut = entry.isTruncated === true && item.type === 'message' && item.role === 'assistant';
    entry.item = isCut ? { ...item, content: TRUNCATED_CONTENT } : item;
    this.#emit({ type: 'conversation.item.done', previous_item_id: this.#previousOf(item.id), item: entry.item });
  }

  /** Sets the transcript of a spoken user item, if it still exists. */
  setTranscript(itemId: string, transcript: string): void {
    const entry = this.#find(itemId);
    if (entry?.item.type !== 'message' || entry.item.role !== 'user') return;
    const content = entry.item.content.map((part) => (part.type === 'input_audio' ? { ...part, transcript } : part));
    entry.item = { ...entry.item, content };
  }

  retrieve(itemId: string): void {
    const { item, audio } = this.#require(itemId, 'retrieve');
    this.#emit({
      type: 'conversation.item.retrieved',
      item: audio === null ? item : withAudio(item, audio.toBase64()),
    });
  }

  delete(itemId: string): void {
    this.#entries.splice(this.#entries.indexOf(this.#require(itemId, 'delete')), 1);
    this.#emit({ type: 'conversation.item.deleted', item_id: itemId });
  }

  /** Cuts an assistant message to what was heard. Its transcript goes: nobody knows how far the words were heard. */
  truncate(itemId: string, contentIndex: number, endMs: number): void {
    const entry = this.#require(itemId, 'truncate');
    const { item, audio } = entry;
    if (item.type !== 'message' || item.role !== 'assistant') {
      throw new Refusal('Only assistant message items can be truncated.', { code: 'invalid_value', param: 'item_id' });
    }
    if (contentIndex !== 0) {
      throw new Refusal(`Only content part 0 can be truncated, got ${contentIndex}.`, {
        code: 'invalid_value',
        param: 'content_index',
      });
    }
    if (audio === null) {
      throw new Refusal(`Item '${itemId}' has no audio to truncate.`, { code: 'invalid_value', param: 'item_id' });
    }
    if (endMs > audio.durationMs) {
      throw new Refusal(`Audio content of ${Math.floor(audio.durationMs)}ms is already shorter than ${endMs}ms`, {
        code: 'invalid_value',
        param: 'audio_end_ms',
      });
    }
    entry.heardText = wordsUpTo(spokenText(item), endMs / audio.durationMs);
    audio.truncate(endMs);
    entry.isTruncated = true;
    entry.item = { ...item, content: TRUNCATED_CONTENT };
    this.#emit({
      type: 'conversation.item.truncated',
      item_id: itemId,
      content_index: contentIndex,
      audio_end_ms: endMs,
    });
  }

  /** What the assistant itself remembers of its item. */
  static remembered({ item, heardText }: Readonly<Entry>): KeptItem {
    if (heardText === undefined || heardText === '' || item.type !== 'message' || item.role !== 'assistant')
      return item;
    return { ...item, content: [{ type: 'output_audio', transcript: heardText }] };
  }

  #placeBehind(previousId: string | null): number {
    if (previousId === null) return this.#entries.length;
    if (previousId === 'root') return 0;
    const at = this.#entries.findIndex(({ item }) => item.id === previousId);
    if (at >= 0) return at + 1;
    throw new Refusal(`Error adding item: the previous item with id '${previousId}' does not exist.`, {
      code: 'item_create_invalid_previous_item_id',
      param: 'previous_item_id',
    });
  }

  #previousOf(itemId: string): string | null {
    const at = this.#entries.findIndex(({ item }) => item.id === itemId);
    return this.#entries[at - 1]?.item.id ?? null;
  }

  #find(itemId: string): Entry | undefined {
    return this.#entries.find(({ item }) => item.id === itemId);
  }

  #require(itemId: string, action: 'retrieve' | 'delete' | 'truncate'): Entry {
    const entry = this.#find(itemId);
    if (entry !== undefined) return entry;
    throw new Refusal(`Error: can't ${action}, the item with id '${itemId}' does not exist.`, {
      code: `item_${action}_invalid_item_id`,
      param: 'item_id',
    });
  }
}

function spokenText({ content }: WireAssistantMessage): string {
  return content.map((part) => (part.type === 'output_audio' ? (part.transcript ?? '') : part.text)).join(' ');
}

/** The words that end within a share of the text. */
function wordsUpTo(text: string, share: number): string {
  return text
    .slice(0, Math.floor(text.length * share) + 1)
    .replace(/\S*$/, '')
    .trim();
}

/** The first audio part of the item carries its audio. */
function withAudio(item: KeptItem, audio: string): KeptItem {
  if (item.type !== 'message' || item.role === 'system') return item;
  if (item.role === 'user') {
    const at = item.content.findIndex(({ type }) => type === 'input_audio');
    return {
      ...item,
      content: item.content.map((part, i) => (i === at && part.type === 'input_audio' ? { ...part, audio } : part)),
    };
  }
  const at = item.content.findIndex(({ type }) => type === 'output_audio');
  return {
    ...item,
    content: item.content.map((part, i) => (i === at && part.type === 'output_audio' ? { ...part, audio } : part)),
  };
}
