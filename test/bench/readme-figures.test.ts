import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { withFigures } from '../../bench/readme-figures.ts';
import { makeResults, readResults } from '../../bench/results.ts';

const readme = readFileSync('README.md', 'utf8');
const results = readResults('bench/results/latest.json');

test('the figures of the README are those of the committed results (npm run bench:readme writes them)', () => {
  expect(withFigures(readme, results)).toBe(readme);
});

test('a comparison that was not measured is not made up', () => {
  const withoutPeer = makeResults(results.circumstances, results.outcomes.slice(1, 2));
  expect(() => withFigures(readme, withoutPeer)).toThrow(expect.objectContaining({ code: 'ERR_BENCH' }));
});

test('a README without a place for figures is refused', () => {
  expect(() => withFigures('# bargein\n', results)).toThrow(expect.objectContaining({ code: 'ERR_BENCH' }));
});
