// The items of the conversation in the server's order. Items may arrive late, twice and out of order; what is known of an
// item is never lost to a poorer update, and text that a barge-in cut off never comes back.

import type {
  OutputAudioContent,
  OutputTextContent,
  RealtimeAssistantMessageItem,
  RealtimeItem,
  RealtimeMessageItem,
  RealtimeUserMessageItem,
} from '../protocol/items.ts';
import type { CallRef } from './effect.ts';
import { emit } from './effect.ts';
import type { ItemList } from './item-list.ts';
import { changeItem, findItem, findLastItem, insertItem, itemAfter, removeItem, replaceItem } from './item-list.ts';
import type { HeardAudio, History, Step } from './state.ts';
import { unchanged } from './state.ts';

/** Orphans and cuts that are remembered; what waits longer never comes. */
const MAX_WAITING = 32;

/** An item arrived or changed. */
export function itemUpdated(history: History, update: RealtimeItem): Step<History> {
  const known = findItem(history.items, update.itemId);
  if (known === undefined) {
    const mine = history.cuts.filter((cut) => cut.itemId === update.itemId);
    const item = mine.reduce(cutItem, update);
    const cuts = history.cuts.filter((cut) => !mine.includes(cut));
    return [
      insert({ ...history, cuts }, item),
      [emit({ type: 'historyAdded', item }), emit({ type: 'historyUpdated' })],
    ];
  }
  const merged = merge(known, update);
  if (merged === known) return unchanged(history);
  const learntItsPlace = previousIdOf(known) === undefined && previousIdOf(merged) !== undefined;
  const next = learntItsPlace
    ? insert({ ...history, items: removeItem(history.items, known.itemId) }, merged)
    : withItem(history, merged);
  return [next, [emit({ type: 'historyUpdated' })]];
}

/** Whether an item is known. */
export function hasItem(history: History, itemId: string): boolean {
  return findItem(history.items, itemId) !== undefined;
}

/** The server forgot an item. */
export function itemDeleted(history: History, itemId: string): Step<History> {
  const items = removeItem(history.items, itemId);
  if (items === history.items) return unchanged(history);
  const orphanIds = history.orphanIds.filter((orphanId) => orphanId !== itemId);
  return [{ ...history, items, orphanIds }, [emit({ type: 'historyUpdated' })]];
}

/** The output of a call was sent: its item shows it from now on. */
export function outputSent(history: History, call: CallRef, output: string): History {
  const { callId, itemId } = call;
  const named = itemId === undefined ? undefined : findItem(history.items, itemId);
  const item =
    named?.type === 'function_call'
      ? named
      : findLastItem(history.items, (other) => other.type === 'function_call' && other.callId === callId);
  if (item?.type !== 'function_call') return history;
  return withItem(history, { ...item, status: 'completed', output });
}

/** Whether a person wrote it, or showed it: what a client sends, not what the server hears. */
export function isWritten(item: RealtimeItem): boolean {
  return item.type === 'message' && item.role === 'user' && item.content.every(({ type }) => type !== 'input_audio');
}

/** The model said more of an item: its transcript grows until the finished item replaces it. */
export function transcriptGrew(history: History, itemId: string, delta: string, isText: boolean): History {
  const items = changeItem(history.items, itemId, (item) => {
    if (item.type !== 'message' || item.role !== 'assistant' || item.status !== 'in_progress') return item;
    const last = item.content.at(-1);
    if (last === undefined || (last.type === 'output_text') !== isText) {
      const begun: OutputTextContent | OutputAudioContent = isText
        ? { type: 'output_text', text: delta }
        : { type: 'output_audio', transcript: delta };
      return { ...item, content: [...item.content, begun] };
    }
    const grown =
      last.type === 'output_text'
        ? { ...last, text: last.text + delta }
        : { ...last, transcript: (last.transcript ?? '') + delta };
    return { ...item, content: item.content.with(item.content.length - 1, grown) };
  });
  return items === history.items ? history : { ...history, items };
}

/** Cuts an item to what was heard, now or when it arrives. */
export function heardUpTo(history: History, heard: HeardAudio): History {
  const item = findItem(history.items, heard.itemId);
  if (item === undefined) return { ...history, cuts: [...history.cuts, heard].slice(-MAX_WAITING) };
  return withItem(history, cutItem(item, heard));
}

function cutItem(item: RealtimeItem, heard: HeardAudio): RealtimeItem {
  if (item.type !== 'message' || item.role !== 'assistant') return item;
  const { contentIndex, heardMs, heardFraction } = heard;
  const part = item.content[contentIndex] ?? { type: 'output_audio' as const };
  if (part.type !== 'output_audio' || contentIndex > item.content.length) return { ...item, status: 'incomplete' };
  const said = part.transcript ?? '';
  const transcript = heardWords(said, heardFraction);
  const cut = withUnheard(
    { ...part, transcript, heardMs },
    said.slice(transcript.length) + (part.unheardTranscript ?? ''),
  );
  return { ...item, status: 'incomplete', content: item.content.toSpliced(contentIndex, 1, cut) };
}

/** Keeps apart what was said and not heard. */
function withUnheard(part: OutputAudioContent, unheard: string): OutputAudioContent {
  return unheard === '' ? part : { ...part, unheardTranscript: unheard };
}

/** A word with the space before it; scripts written without spaces count each character as one. */
const WORD = /\s*(?:[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}]|[^\s\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}]+)/gu;

/** The whole words in the first `fraction` of a text. An estimate: it takes speech as evenly spread over the audio. */
export function heardWords(text: string, fraction: number): string {
  if (fraction >= 1) return text;
  const limit = text.length * fraction;
  let end = 0;
  for (const word of text.matchAll(WORD)) {
    const wordEnd = word.index + word[0].length;
    if (wordEnd > limit) break;
    end = wordEnd;
  }
  return text.slice(0, end);
}

function withItem(history: History, item: RealtimeItem): History {
  return { ...history, items: replaceItem(history.items, item) };
}

function previousIdOf(item: RealtimeItem | undefined): string | null | undefined {
  return item !== undefined && 'previousItemId' in item ? item.previousItemId : undefined;
}

function insert(history: History, item: RealtimeItem): History {
  const previousId = previousIdOf(item);
  const isOrphan = typeof previousId === 'string' && findItem(history.items, previousId) === undefined;
  let items = insertItem(history.items, item, previousId);
  const orphanIds: string[] = [];
  for (const orphanId of history.orphanIds) {
    const orphan = findItem(items, orphanId);
    if (orphan !== undefined && previousIdOf(orphan) === item.itemId) items = moveRunBehind(items, orphan, item.itemId);
    else if (orphanId !== item.itemId) orphanIds.push(orphanId);
  }
  if (isOrphan) orphanIds.push(item.itemId);
  return { ...history, items, orphanIds: orphanIds.slice(-MAX_WAITING) };
}

/** Moves an item, with the chain of its direct successors, to behind `previousId`. */
function moveRunBehind(items: ItemList, first: RealtimeItem, previousId: string): ItemList {
  const run = [first];
  let last = first;
  for (;;) {
    const next = itemAfter(items, last.itemId);
    if (next === undefined || previousIdOf(next) !== last.itemId) break;
    run.push(next);
    last = next;
  }
  // The predecessor follows from its own successor: a circle, which has no order to keep.
  if (run.some((item) => item.itemId === previousId)) return items;
  const rest = run.reduce((list, item) => removeItem(list, item.itemId), items);
  return run.reduceRight((list, item) => insertItem(list, item, previousId), rest);
}

function merge(known: RealtimeItem, update: RealtimeItem): RealtimeItem {
  if (known.type === 'mcp_approval_request' || update.type === 'mcp_approval_request') return update;
  const previousItemId = update.previousItemId === undefined ? known.previousItemId : update.previousItemId;
  const place = previousItemId === undefined ? {} : { previousItemId };
  if (isFinished(known) && !isFinished(update)) {
    return previousItemId === known.previousItemId ? known : { ...known, ...place };
  }
  if (known.type === 'message' && update.type === 'message') return { ...mergeMessages(known, update), ...place };
  if (known.type === 'message' || update.type === 'message') return { ...update, ...place };
  // A hosted call is replayed as a call of ours; here it stays what it was.
  if (known.type !== 'function_call' && update.type === 'function_call') return { ...known, ...place };
  const callId = known.type === 'function_call' && known.callId !== undefined ? { callId: known.callId } : {};
  return { ...callId, ...update, output: update.output ?? known.output, ...place };
}

function isFinished(item: RealtimeItem): boolean {
  return 'status' in item && item.status !== 'in_progress';
}

function mergeMessages(known: RealtimeMessageItem, update: RealtimeMessageItem): RealtimeMessageItem {
  if (known.role === 'assistant' && update.role === 'assistant') return mergeAssistant(known, update);
  if (known.role === 'user' && update.role === 'user') return mergeUser(known, update);
  return update;
}

function mergeAssistant(
  known: RealtimeAssistantMessageItem,
  update: RealtimeAssistantMessageItem,
): RealtimeAssistantMessageItem {
  const content = update.content.map((part, index) => {
    const old = known.content[index];
    if (old?.type !== 'output_audio') return part;
    // Text that was not heard must not come back; how it went on is worth keeping.
    if (old.heardMs !== undefined) return withUnheard(old, restOf(part, old.transcript ?? ''));
    // Speech is replayed as text; here it stays speech.
    if (part.type === 'output_text') return old;
    return part.type === 'output_audio' ? { ...old, ...part, ...keep(old, part) } : part;
  });
  const wasCut = known.content.some((part) => part.type === 'output_audio' && part.heardMs !== undefined);
  return {
    ...update,
    content: [...content, ...known.content.slice(content.length)],
    status: wasCut ? 'incomplete' : update.status,
  };
}

/** What a part says after `heard`; nothing if it begins otherwise, as a truncated item does. */
function restOf(part: RealtimeAssistantMessageItem['content'][number], heard: string): string {
  const said = part.type === 'output_audio' ? (part.transcript ?? '') : '';
  return said.startsWith(heard) ? said.slice(heard.length) : '';
}

function mergeUser(known: RealtimeUserMessageItem, update: RealtimeUserMessageItem): RealtimeUserMessageItem {
  const content = update.content.map((part, index) => {
    const old = known.content[index];
    if (old?.type !== 'input_audio') return part;
    if (part.type === 'input_text') return old;
    return { ...part, ...keep(old, part) };
  });
  return { ...update, content: [...content, ...known.content.slice(content.length)] };
}

/** What the older part knows and the younger one leaves out. */
function keep(
  old: { audio?: string | null; transcript?: string | null },
  part: { audio?: string | null; transcript?: string | null },
): { audio?: string; transcript?: string } {
  return {
    ...(typeof old.audio === 'string' && !part.audio ? { audio: old.audio } : {}),
    ...(typeof old.transcript === 'string' && !part.transcript ? { transcript: old.transcript } : {}),
  };
}
