import { UserError } from '../errors.ts';
import type { ConversationItemCreate, ConversationItemDelete } from './client-events.ts';
import type { RealtimeItem } from './items.ts';
import { whyNotCreatable, wireItems } from './wire-items.ts';

/** Wire name of the place in front of the first item. */
const ROOT = 'root';

/**
 * The client events that turn one history into another. The protocol has no update, so a changed item is deleted and
 * created again; each new item names the one it follows. Throws before anything is sent when an item can't be created.
 */
export function historyReset(
  from: readonly RealtimeItem[],
  to: readonly RealtimeItem[],
): (ConversationItemDelete | ConversationItemCreate)[] {
  const before = new Map(from.map((item) => [item.itemId, item]));
  const wanted = new Map(to.map((item) => [item.itemId, item]));
  const isKept = (item: RealtimeItem): boolean => {
    const old = before.get(item.itemId);
    return old !== undefined && sameJson(old, item);
  };
  for (const item of to) if (!isKept(item)) checkCreatable(before.get(item.itemId), item);

  const events: (ConversationItemDelete | ConversationItemCreate)[] = [];
  for (const old of from) {
    const item = wanted.get(old.itemId);
    if (item === undefined || !isKept(item)) events.push({ type: 'conversation.item.delete', item_id: old.itemId });
  }
  const lastKept = to.findLastIndex(isKept);
  let previousItemId = ROOT;
  for (const [index, item] of to.entries()) {
    if (!isKept(item)) {
      for (const wire of wireItems(item)) {
        // Behind the last item that stays, a create appends by itself.
        const isAppended = index > lastKept;
        events.push({
          type: 'conversation.item.create',
          ...(isAppended ? {} : { previous_item_id: previousItemId }),
          item: wire,
        });
      }
    }
    previousItemId = item.itemId;
  }
  return events;
}

function checkCreatable(old: RealtimeItem | undefined, item: RealtimeItem): void {
  const reason =
    old === undefined || old.type === 'message'
      ? whyNotCreatable(item)
      : `items of type ${old.type} can't be changed, only removed: their output stays with the service`;
  if (reason === null) return;
  throw new UserError(
    `updateHistory: item ${item.itemId} can't be ${old === undefined ? 'added' : 'changed'}: ${reason}`,
    {
      code: 'ERR_HISTORY_ITEM',
    },
  );
}

function sameJson(a: RealtimeItem, b: RealtimeItem): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
