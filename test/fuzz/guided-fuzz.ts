// A coverage-guided fuzzer: an input that runs a block which none before it ran joins the corpus, and what is made from it
// gets further. Blocks are counted for many inputs at once, because asking V8 costs more than parsing; which of them it was is
// found by halves, so a target must do the same for an input each time.
// `@jazzer.js/core` 4.0.0 does the like by libFuzzer, but its binaries need a newer glibc than Debian 12 has.

import { Choice } from '../session/choices.ts';
import type { BlockCoverage } from './block-coverage.ts';
import { mutatedText } from './text-mutation.ts';

/** Inputs between two looks at the coverage. */
const BATCH = 4000;
/** A corpus of more, or of longer texts, only slows the search. */
const MAX_CORPUS = 4000;
const MAX_KEPT_CHARACTERS = 50_000;

/** What is fuzzed. */
export interface FuzzTarget {
  readonly name: string;
  /** What it begins with. */
  readonly corpus: readonly string[];
  /** Throws when an input does what none may do. */
  run(text: string): void;
}

/** An input that did what none may do. */
export interface FuzzFinding {
  readonly text: string;
  readonly error: unknown;
  /** How many inputs came before it. */
  readonly inputs: number;
}

/** How a search ended. */
export interface FuzzResult {
  readonly inputs: number;
  readonly corpus: readonly string[];
  /** The first one; the search ends there. */
  readonly finding: FuzzFinding | null;
}

/** Options of a search. */
export interface FuzzOptions {
  readonly inputs: number;
  readonly seed: number;
  /** Null: a blind search, whose corpus stays what it was. */
  readonly coverage: BlockCoverage | null;
  readonly onProgress?: (inputs: number, corpus: readonly string[]) => void;
}

/** Searches for an input that does what none may do. */
export function fuzz(target: FuzzTarget, { inputs, seed, coverage, onProgress }: FuzzOptions): FuzzResult {
  const choice = new Choice(seed);
  const corpus = [...target.corpus];
  for (const text of corpus) target.run(text);
  coverage?.learn();
  let done = 0;
  while (done < inputs) {
    const batch: string[] = [];
    const size = Math.min(BATCH, inputs - done);
    while (batch.length < size) {
      const text = mutatedText(choice, corpus);
      batch.push(text);
      try {
        target.run(text);
      } catch (error) {
        return { inputs: done + batch.length, corpus, finding: { text, error, inputs: done + batch.length - 1 } };
      }
    }
    done += size;
    if (coverage?.hasNews() === true) corpus.push(...newsIn(batch, target, coverage));
    if (corpus.length > MAX_CORPUS) corpus.splice(target.corpus.length, corpus.length - MAX_CORPUS);
    onProgress?.(done, corpus);
  }
  return { inputs: done, corpus, finding: null };
}

/** Those of the inputs, which have something new in them, that each run a block none before it did. */
function newsIn(texts: readonly string[], target: FuzzTarget, coverage: BlockCoverage): readonly string[] {
  const [text = ''] = texts;
  if (texts.length === 1) {
    target.run(text);
    coverage.learn();
    return text.length <= MAX_KEPT_CHARACTERS ? [text] : [];
  }
  const middle = texts.length >> 1;
  return [texts.slice(0, middle), texts.slice(middle)].flatMap((half) => {
    coverage.skip();
    for (const one of half) target.run(one);
    return coverage.hasNews() ? newsIn(half, target, coverage) : [];
  });
}
