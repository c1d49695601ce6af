/**
 * The words that a share of an item's audio stands for, and the rest. Speech is even enough for a caption; what the model
 * is told after an interruption is measured in milliseconds, not by this.
 */
export function splitByShare(text: string, share: number): { readonly first: string; readonly rest: string } {
  if (share >= 1) return { first: text, rest: '' };
  const border = text.lastIndexOf(' ', Math.round(text.length * Math.max(0, share)));
  return border <= 0 ? { first: '', rest: text } : { first: text.slice(0, border), rest: text.slice(border + 1) };
}
