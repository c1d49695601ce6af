import { afterAll, expect, it } from 'vitest';
import { BlockCoverage } from './block-coverage.ts';
import { fuzz } from './guided-fuzz.ts';
import { plantedBug } from './planted-bug.ts';
import { caller, model } from './targets.ts';

const INPUTS = Number(process.env['BARGEIN_FUZZ_EVENTS'] ?? 10_000);
const MOST_INPUTS = 200_000;

const coverage = new BlockCoverage((url) => /planted-bug|\/src\/(protocol|transports\/telephony)\//.test(url));
afterAll(() => coverage[Symbol.dispose]());

it('finds a planted bug, which a blind search of as many inputs does not', () => {
  const guided = fuzz(plantedBug, { inputs: MOST_INPUTS, seed: 1, coverage });
  expect(guided.finding?.error).toBeInstanceOf(TypeError);
  const blind = fuzz(plantedBug, { inputs: guided.inputs, seed: 1, coverage: null });
  expect(blind.finding).toBeNull();
  expect(blind.corpus).toHaveLength(plantedBug.corpus.length);
  expect(guided.corpus.length).toBeGreaterThan(plantedBug.corpus.length + 3);
});

it.each([caller, model])(`finds no input that the $name parser fails at, in ${INPUTS}`, (target) => {
  const { finding, corpus } = fuzz(target, { inputs: INPUTS, seed: 1, coverage });
  expect(finding).toBeNull();
  // A search that is not led anywhere finds nothing.
  expect(corpus.length).toBeGreaterThan(target.corpus.length);
});
