// An ordered list of items that never gets dearer as the call lengthens. It is plain data and shares whatever does not
// change between two versions: the items lie in pages, and a tree over their ids tells the page of each.

import type { RealtimeItem } from '../protocol/items.ts';

/** Items in order; every id occurs once. */
export interface ItemList {
  readonly pages: readonly ItemPage[];
  readonly pageKeys: Branch<Branch<Branch<Leaf>>>;
  readonly nextPageKey: number;
}

interface ItemPage {
  readonly key: number;
  /** Never none. */
  readonly items: readonly RealtimeItem[];
}

type Branch<T> = readonly (T | null)[];
type Leaf = readonly (readonly [itemId: string, pageKey: number])[];

/** A change copies one page and the list of pages. */
const PAGE_ITEMS = 128;

/** The tree has three levels of so many bits of an id's hash. */
const LEVEL_BITS = 5;

/** The empty list. */
export const NO_ITEMS: ItemList = { pages: [], pageKeys: [], nextPageKey: 0 };

/** All items, as an array of the caller's own. */
export function itemsOf({ pages }: ItemList): RealtimeItem[] {
  return pages.flatMap((page) => page.items);
}

/** The item of that id. */
export function findItem(list: ItemList, itemId: string): RealtimeItem | undefined {
  const [page, index] = locate(list, itemId);
  return list.pages[page]?.items[index];
}

/** The last item of which the condition holds; takes longer the more items there are. */
export function findLastItem(list: ItemList, isMeant: (item: RealtimeItem) => boolean): RealtimeItem | undefined {
  for (const { items } of list.pages.toReversed()) {
    const item = items.findLast(isMeant);
    if (item !== undefined) return item;
  }
  return undefined;
}

/** The item behind the one of that id. */
export function itemAfter(list: ItemList, itemId: string): RealtimeItem | undefined {
  const [page, index] = locate(list, itemId);
  return list.pages[page]?.items[index + 1] ?? list.pages[page + 1]?.items[0];
}

/** Puts an item in the place of the one of the same id, which must be there. */
export function replaceItem(list: ItemList, item: RealtimeItem): ItemList {
  const [page, index] = locate(list, item.itemId);
  return withItems(list, page, pageItems(list, page).with(index, item));
}

/** Changes the item of that id, if it is there and `change` returns another. */
export function changeItem(list: ItemList, itemId: string, change: (item: RealtimeItem) => RealtimeItem): ItemList {
  const [page, index] = locate(list, itemId);
  const item = list.pages[page]?.items[index];
  if (item === undefined) return list;
  const changed = change(item);
  return changed === item ? list : withItems(list, page, pageItems(list, page).with(index, changed));
}

/** Takes an item out. */
export function removeItem(list: ItemList, itemId: string): ItemList {
  const [page, index] = locate(list, itemId);
  if (index < 0) return list;
  const items = pageItems(list, page).toSpliced(index, 1);
  const rest = items.length === 0 ? { ...list, pages: list.pages.toSpliced(page, 1) } : withItems(list, page, items);
  return { ...rest, pageKeys: indexed(rest.pageKeys, itemId, null) };
}

/** Puts a new item behind another; at the front for null, at the end when that one is not given or not there. */
export function insertItem(list: ItemList, item: RealtimeItem, previousId: string | null | undefined): ItemList {
  const last = list.pages.length - 1;
  let [page, index] = [last, pageItems(list, last).length];
  if (previousId === null) [page, index] = [0, 0];
  else if (previousId !== undefined) {
    const [previousPage, previousIndex] = locate(list, previousId);
    if (previousIndex >= 0) [page, index] = [previousPage, previousIndex + 1];
  }
  const key = list.pages[page]?.key;
  const items = pageItems(list, page);
  if (key === undefined || (items.length >= PAGE_ITEMS && page === last && index === items.length)) {
    return withPage(list, list.pages.length, [item]);
  }
  const grown = withItems(list, page, items.toSpliced(index, 0, item));
  const next = { ...grown, pageKeys: indexed(grown.pageKeys, item.itemId, key) };
  return items.length < PAGE_ITEMS ? next : split(next, page);
}

/** Moves the second half of a page to one of its own. */
function split(list: ItemList, page: number): ItemList {
  const items = pageItems(list, page);
  const half = items.length >> 1;
  return withPage(withItems(list, page, items.slice(0, half)), page + 1, items.slice(half));
}

function withPage(list: ItemList, page: number, items: readonly RealtimeItem[]): ItemList {
  const key = list.nextPageKey;
  return {
    pages: list.pages.toSpliced(page, 0, { key, items }),
    pageKeys: items.reduce((keys, { itemId }) => indexed(keys, itemId, key), list.pageKeys),
    nextPageKey: key + 1,
  };
}

function withItems(list: ItemList, page: number, items: readonly RealtimeItem[]): ItemList {
  return { ...list, pages: list.pages.with(page, { key: list.pages[page]?.key ?? 0, items }) };
}

function pageItems(list: ItemList, page: number): readonly RealtimeItem[] {
  return list.pages[page]?.items ?? [];
}

/** From the end, because nearly every event is about one of the youngest items. */
function locate(list: ItemList, itemId: string): readonly [page: number, index: number] {
  const last = list.pages.length - 1;
  const youngest = pageItems(list, last).length - 1;
  if (list.pages[last]?.items[youngest]?.itemId === itemId) return [last, youngest];
  const [a, b, c] = slotsOf(itemId);
  const key = list.pageKeys[a]?.[b]?.[c]?.find(([known]) => known === itemId)?.[1];
  if (key === undefined) return [-1, -1];
  const page = list.pages.findLastIndex((candidate) => candidate.key === key);
  return [page, pageItems(list, page).findLastIndex((item) => item.itemId === itemId)];
}

/** The tree with that item's page, or without the item. */
function indexed(tree: ItemList['pageKeys'], itemId: string, pageKey: number | null): ItemList['pageKeys'] {
  const [a, b, c] = slotsOf(itemId);
  const [middle, low] = [tree[a], tree[a]?.[b]];
  const others = (low?.[c] ?? []).filter(([known]) => known !== itemId);
  const leaf: Leaf = pageKey === null ? others : [...others, [itemId, pageKey]];
  return placed(tree, a, placed(middle, b, placed(low, c, leaf)));
}

function placed<T>(branch: Branch<T> | null | undefined, slot: number, value: T): Branch<T> {
  const copy = [...(branch ?? [])];
  // Without holes: they would not survive being written down.
  while (copy.length < slot) copy.push(null);
  copy[slot] = value;
  return copy;
}

function slotsOf(itemId: string): readonly [number, number, number] {
  let hash = 0;
  for (let i = 0; i < itemId.length; i++) hash = (Math.imul(hash, 31) + itemId.charCodeAt(i)) | 0;
  const mask = (1 << LEVEL_BITS) - 1;
  return [hash & mask, (hash >>> LEVEL_BITS) & mask, (hash >>> (2 * LEVEL_BITS)) & mask];
}
