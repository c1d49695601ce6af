/** `a, type B as C` as [name there, name here]. */
export function namesIn(list: string): (readonly [string, string])[] {
  return list
    .split(',')
    .map((part) => part.trim().replace(/^type /, ''))
    .filter((part) => part !== '')
    .map((part) => {
      const [there = '', here = there] = part.split(' as ');
      return [there, here] as const;
    });
}
