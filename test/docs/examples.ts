import { readFileSync } from 'node:fs';

/** The TypeScript examples of a page of this repository, in order. */
export function examplesOf(page: string): string[] {
  const text = readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8');
  return [...text.matchAll(/^```(?:ts|tsx|typescript)\n([\s\S]*?)^```$/gm)].map(([, example = '']) => example);
}
