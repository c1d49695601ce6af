/** Words after which an English sentence goes on. */
const OPEN_ENDS = new Set(
  (
    'a an the my your his her its our their this these those some any every each ' +
    'and but or so because if when while although unless until than that which who whose where ' +
    'to of with for from in on at by into about between without like as ' +
    'i we they is are was were am be been has had would could should shall must might ' +
    'um uh er erm hmm actually just very'
  ).split(' '),
);

/**
 * Whether somebody who has said this is likely to have finished. It is the stated heuristic of `semantic_vad`: a closing
 * mark finishes; a comma, a dash or dots do not, nor does a word that English goes on after; anything else finishes.
 */
export function isFinishedThought(text: string): boolean {
  const said = text.trim();
  if (said === '' || /(?:[,;:–—-]|…|\.\.\.)$/.test(said)) return false;
  if (/[.!?]["”')]?$/.test(said)) return true;
  const words = said.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? [];
  const last = words.at(-1) ?? '';
  return !OPEN_ENDS.has(last);
}
