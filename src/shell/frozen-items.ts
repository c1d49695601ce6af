import type { RealtimeItem } from '../protocol/items.ts';

/** Items as the app gets them: shared with the session, and closed to changes. */
export function frozenItems(items: RealtimeItem[]): RealtimeItem[] {
  for (const item of items) frozenItem(item);
  return items;
}

/** One such item. */
export function frozenItem(item: RealtimeItem): RealtimeItem {
  if (Object.isFrozen(item)) return item;
  if (item.type === 'message') {
    for (const part of item.content) Object.freeze(part);
    Object.freeze(item.content);
  }
  return Object.freeze(item);
}
