// Puts the figures of `bench/results/latest.json` into the README: `npm run bench:readme`.

import { readFileSync, writeFileSync } from 'node:fs';
import { withFigures } from './readme-figures.ts';
import { readResults } from './results.ts';

const README = new URL('../README.md', import.meta.url);
const RESULTS = new URL('results/latest.json', import.meta.url);

writeFileSync(README, withFigures(readFileSync(README, 'utf8'), readResults(RESULTS.pathname)));
