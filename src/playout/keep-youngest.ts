/** Drops the oldest entries beyond `count`; maps and sets iterate in the order of insertion. */
export function keepYoungest(
  remembered: Pick<Map<string, unknown> | Set<string>, 'size' | 'keys' | 'delete'>,
  count: number,
): void {
  for (const oldest of remembered.keys()) {
    if (remembered.size <= count) return;
    remembered.delete(oldest);
  }
}
