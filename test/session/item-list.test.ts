import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RealtimeItem } from '../../src/protocol/items.ts';
import type { ItemList } from '../../src/session/item-list.ts';
import {
  findItem,
  findLastItem,
  insertItem,
  itemAfter,
  itemsOf,
  NO_ITEMS,
  removeItem,
  replaceItem,
} from '../../src/session/item-list.ts';

function item(itemId: string, text = ''): RealtimeItem {
  return { itemId, type: 'message', role: 'user', status: 'completed', content: [{ type: 'input_text', text }] };
}

/** What the list is to do, told by an array. */
function insertIntoArray(items: readonly RealtimeItem[], added: RealtimeItem, previousId: string | null | undefined) {
  const previous = items.findIndex(({ itemId }) => itemId === previousId);
  const index = previousId === null ? 0 : previous < 0 ? items.length : previous + 1;
  return items.toSpliced(index, 0, added);
}

/** `ids`: numbers pick an id among those there, modulo their count. */
const change = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('append' as const) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('insertBehind' as const), at: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('insertFirst' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('insertBehindUnknown' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), at: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('replace' as const), at: fc.nat() }) },
);

test('is the array that the same changes make, in every version', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 400 }), fc.array(change, { maxLength: 300 }), (start, changes) => {
      let list: ItemList = NO_ITEMS;
      let array: RealtimeItem[] = [];
      for (let i = 0; i < start; i++) {
        list = insertItem(list, item(`start_${i}`), undefined);
        array.push(item(`start_${i}`));
      }
      const versions: [ItemList, readonly RealtimeItem[]][] = [[list, array]];
      for (const [i, each] of changes.entries()) {
        const added = item(`item_${i}`);
        const at = 'at' in each ? (array[each.at % Math.max(1, array.length)]?.itemId ?? 'nothing') : 'nothing';
        if (each.kind === 'remove') {
          list = removeItem(list, at);
          array = array.filter(({ itemId }) => itemId !== at);
        } else if (each.kind === 'replace') {
          if (array.length === 0) continue;
          list = replaceItem(list, item(at, `changed ${i}`));
          array = array.map((old) => (old.itemId === at ? item(at, `changed ${i}`) : old));
        } else {
          const previousId = { append: undefined, insertFirst: null, insertBehind: at, insertBehindUnknown: 'unknown' }[
            each.kind
          ];
          list = insertItem(list, added, previousId);
          array = insertIntoArray(array, added, previousId);
        }
        versions.push([list, array]);
      }
      for (const [each, expected] of versions.filter((_, i) => i % 16 === 0 || i === versions.length - 1)) {
        expect(itemsOf(each)).toEqual(expected);
      }
      for (const [i, expected] of array.entries()) {
        expect(findItem(list, expected.itemId)).toEqual(expected);
        expect(itemAfter(list, expected.itemId)).toEqual(array[i + 1]);
      }
      expect(findItem(list, 'unknown')).toBeUndefined();
      expect(findLastItem(list, ({ itemId }) => itemId.startsWith('start_'))?.itemId).toBe(
        array.findLast(({ itemId }) => itemId.startsWith('start_'))?.itemId,
      );
    }),
    { numRuns: 100 },
  );
});

test('is plain data: it can be written down and read again', () => {
  let list = NO_ITEMS;
  for (let i = 0; i < 300; i++) list = insertItem(list, item(`item_${i}`), undefined);
  const read = JSON.parse(JSON.stringify(list)) as ItemList;
  expect(findItem(read, 'item_211')).toEqual(item('item_211'));
  expect(itemsOf(insertItem(removeItem(read, 'item_0'), item('new'), 'item_299')).map(({ itemId }) => itemId)).toEqual([
    ...Array.from({ length: 299 }, (_, i) => `item_${i + 1}`),
    'new',
  ]);
});

test('shares what a change does not touch: of a long list a change copies one page', () => {
  let list = NO_ITEMS;
  for (let i = 0; i < 10_000; i++) list = insertItem(list, item(`item_${i}`), undefined);
  const changed = replaceItem(list, item('item_5000', 'changed'));
  expect(changed.pages.filter((page) => !list.pages.includes(page))).toHaveLength(1);
  expect(Math.max(...list.pages.map(({ items }) => items.length))).toBeLessThanOrEqual(256);
});
