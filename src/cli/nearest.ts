/** The name that takes the fewest typing mistakes to become `given`; null when each would take more than half of it. */
export function nearest(given: string, names: readonly string[]): string | null {
  const [best] = names
    .map((name) => ({ name, mistakes: mistakesBetween(given, name) }))
    .toSorted((a, b) => a.mistakes - b.mistakes);
  return best === undefined || best.mistakes > Math.max(1, given.replace(/^-+/, '').length / 2) ? null : best.name;
}

/** Letters to put in, leave out, change or swap (optimal string alignment). */
function mistakesBetween(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const now = [row];
    for (let column = 1; column <= b.length; column++) {
      const isSame = a[row - 1] === b[column - 1];
      const isSwapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      now[column] = Math.min(
        (last[column] ?? 0) + 1,
        (now[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (isSame ? 0 : 1),
        isSwapped ? (beforeLast[column - 2] ?? 0) + 1 : Infinity,
      );
    }
    beforeLast = last;
    last = now;
  }
  return last[b.length] ?? 0;
}
