import type { WireAudioFormat, WireItem } from '../protocol/client-events.ts';
import type { KeptItem } from './conversation.ts';
import { ItemAudio } from './item-audio.ts';
import { decodeWireAudio } from './wire-audio.ts';

/** An item and its audio, which is kept apart from it. */
export interface ItemWithAudio {
  readonly item: KeptItem;
  readonly audio: ItemAudio | null;
}

/** What is needed to take over an item that a client made. */
export interface TakeOverOptions {
  readonly newId: (prefix: string) => string;
  readonly inputFormat: WireAudioFormat;
  readonly outputFormat: WireAudioFormat;
  /** Where the item stands in the event, for refusals. */
  readonly path: string;
}

/** Gives a client's item its id and status, and decodes the audio in it; refuses audio that is malformed. */
export function takeOverItem(
  given: WireItem,
  { newId, inputFormat, outputFormat, path }: TakeOverOptions,
): ItemWithAudio {
  const item = { ...given, id: given.id ?? newId('item'), object: 'realtime.item', status: 'completed' } as const;
  if (item.type === 'function_call') return { item: { ...item, call_id: item.call_id ?? newId('call') }, audio: null };
  if (item.type !== 'message' || item.role === 'system') return { item, audio: null };
  const format = item.role === 'user' ? inputFormat : outputFormat;
  let audio: ItemAudio | null = null;
  for (const [at, part] of item.content.entries()) {
    if (!('audio' in part) || part.audio === undefined) continue;
    audio ??= new ItemAudio(format);
    audio.append(decodeWireAudio(part.audio, format, `${path}.content[${at}].audio`));
  }
  // Twice the same to read, and not to the compiler: the parts of the two roles have different types.
  if (item.role === 'user') return { item: { ...item, content: item.content.map(withoutAudio) }, audio };
  return { item: { ...item, content: item.content.map(withoutAudio) }, audio };
}

function withoutAudio<T extends { readonly type: string }>(part: T): T {
  if (!('audio' in part)) return part;
  const rest = { ...part };
  delete rest.audio;
  return rest;
}
