// What of a conversation another server can be told. The one way to replay a history: after a lost connection, at the age
// limit of a connection, and when another process goes on with the call.

import type { RealtimeItem } from '../protocol/items.ts';
import { heardUpTo } from './history.ts';
import { findLastItem, insertItem, itemsOf, removeItem, replaceItem } from './item-list.ts';
import { isKnownAudio } from './responses.ts';
import type { History, PendingCall, SessionState } from './state.ts';

/** What the model reads where the user said something that nobody has written down. */
const UNKNOWN_SPEECH = '[speech that was not transcribed]';

/**
 * The history at the moment its server is gone. Nothing more comes of what was under way: an answer that was being spoken
 * is what was received of it, a call whose arguments were never complete was not made, and every call that still runs has
 * its item, for its output to follow.
 */
export function withoutUnfinished(state: SessionState): History {
  const { history, responses, tools } = state;
  let { items } = history;
  const unheardIds: string[] = [];
  for (const item of itemsOf(history.items)) {
    if (isUnmade(item, tools.pending)) items = removeItem(items, item.itemId);
    if (item.type !== 'message' || item.role === 'system' || item.status !== 'in_progress') continue;
    const isSpoken = item.role === 'assistant' && item.content.some(({ type }) => type === 'output_audio');
    // Words run ahead of their audio: if none of it has come, none of it can be heard.
    if (isSpoken && !isKnownAudio(responses, item.itemId)) unheardIds.push(item.itemId);
    else items = replaceItem(items, { ...item, status: 'incomplete' });
  }
  for (const pending of tools.pending) {
    if (findLastItem(items, (item) => isItemOf(item, pending.call)) !== undefined) continue;
    items = insertItem(items, itemOf(pending), undefined);
  }
  // What is still out of place stays where it is: its predecessor never comes.
  const kept: History = { ...history, items, orphanIds: [] };
  const unheard = { contentIndex: 0, heardMs: 0, heardFraction: 0 };
  return unheardIds.reduce((cut, itemId) => heardUpTo(cut, { itemId, ...unheard }), kept);
}

/** The items as a new server takes them, in order; `history` keeps those that it was told of. */
export function replayed(history: History): { readonly history: History; readonly items: readonly RealtimeItem[] } {
  const items: RealtimeItem[] = [];
  let known = history.items;
  for (const item of itemsOf(history.items)) {
    const form = replayForm(item);
    if (form === null) known = removeItem(known, item.itemId);
    else items.push(form);
  }
  return { items, history: known === history.items ? history : { ...history, items: known } };
}

/**
 * The item as it can be created anew, or null if there is nothing to tell. Speech goes as its transcript: the user's as
 * understood, the agent's as heard. What a hosted tool answered goes as the output of a call.
 */
function replayForm(item: RealtimeItem): RealtimeItem | null {
  switch (item.type) {
    case 'function_call':
      return item.callId === undefined ? { ...item, callId: item.itemId } : item;
    case 'mcp_call':
    case 'mcp_tool_call':
      return item.output === null ? null : { ...item, type: 'function_call', callId: item.itemId };
    case 'mcp_approval_request':
      return null;
    case 'message':
      break;
  }
  if (item.role === 'system') return item;
  if (item.role === 'user') {
    const content = item.content.map((part) => {
      if (part.type !== 'input_audio' || typeof part.audio === 'string') return part;
      return { type: 'input_text' as const, text: part.transcript ?? UNKNOWN_SPEECH };
    });
    const told = content.filter((part) => part.type !== 'input_text' || part.text !== '');
    return told.length === 0 ? null : { ...item, status: 'completed', content: told };
  }
  const content = item.content
    .map((part) => ({
      type: 'output_text' as const,
      text: part.type === 'output_text' ? part.text : (part.transcript ?? ''),
    }))
    .filter(({ text }) => text !== '');
  return content.length === 0 ? null : { ...item, content };
}

/**
 * The change of one replayed item, with its neighbours, which give it its place: there is no audio on the new server that
 * could be truncated, so the item is written anew with what was heard.
 */
export function rewritten(
  before: History,
  after: History,
  itemId: string,
): { readonly from: readonly RealtimeItem[]; readonly to: readonly RealtimeItem[] } | null {
  const index = itemsOf(before.items).findLastIndex((item) => item.itemId === itemId);
  if (index < 0) return null;
  const around = (history: History): RealtimeItem[] =>
    itemsOf(history.items)
      .slice(Math.max(0, index - 1), index + 2)
      .flatMap((item) => replayForm(item) ?? []);
  return { from: around(before), to: around(after) };
}

function isUnmade(item: RealtimeItem, pending: readonly PendingCall[]): boolean {
  if (item.type !== 'function_call' || item.output !== null) return false;
  return !pending.some(({ call }) => isItemOf(item, call));
}

function isItemOf(item: RealtimeItem, call: PendingCall['call']): boolean {
  return item.type === 'function_call' && (item.callId === call.callId || item.itemId === call.itemId);
}

function itemOf({ call }: PendingCall): RealtimeItem {
  return {
    itemId: call.itemId ?? call.callId,
    type: 'function_call',
    status: 'in_progress',
    name: call.name,
    arguments: call.arguments,
    output: null,
    callId: call.callId,
  };
}
