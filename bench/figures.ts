// What was measured, looked up as cells of bars.
import type { Cell } from './bar.ts';
import { estimate, type Estimate, pairedRatios, typical } from './statistics.ts';
import type { Entry, Outcome } from './subject.ts';

/** Looks figures up in outcomes and makes cells of them. */
export class Figures {
  readonly #outcomes: readonly Outcome[];

  constructor(outcomes: readonly Outcome[]) {
    this.#outcomes = outcomes;
  }

  /** How many times as long as ours the fastest of the peers takes. */
  ratio(subject: string, build: string | null, ours: string, peers: readonly string[], limit: number): Cell {
    const own = this.#entry(subject, build, ours);
    const fastest = peers
      .map((peer) => this.#entry(subject, build, peer))
      .filter((entry) => entry !== undefined)
      .toSorted((a, b) => typical(a.rounds) - typical(b.rounds))[0];
    const hasBoth = own !== undefined && fastest !== undefined;
    return {
      name: `${subject}${build === null ? '' : `, ${build}`}: ${ours} against ${fastest?.contender ?? peers.join(' or ')}`,
      measured: hasBoth ? estimate(pairedRatios(own.rounds, fastest.rounds)) : null,
      limit,
      sense: 'at least',
      unit: '×',
    };
  }

  /** How many times as long as the yardstick ours takes, at most. */
  times(subject: string, ours: string, yardstick: string, limit: number): Cell {
    const own = this.#entry(subject, null, ours);
    const other = this.#entry(subject, null, yardstick);
    const hasBoth = own !== undefined && other !== undefined;
    return {
      name: `${subject}: ${ours} over ${yardstick}`,
      measured: hasBoth ? estimate(pairedRatios(other.rounds, own.rounds)) : null,
      limit,
      sense: 'at most',
      unit: '×',
    };
  }

  /** How long one operation of ours takes by the clock, at most. */
  microseconds(subject: string, ours: string, limit: number): Cell {
    const own = this.#entry(subject, null, ours);
    return {
      name: `${subject}: ${ours}`,
      measured: own === undefined ? null : estimate(own.rounds.map((run) => run.map((ns) => ns / 1000))),
      limit,
      sense: 'at most',
      unit: ' µs',
    };
  }

  /** A fact of ours over the same of a peer. */
  factRatio(subject: string, fact: string, ours: string, peer: string, limit: number): Cell {
    const own = this.#entry(subject, null, ours)?.facts[fact];
    const theirs = this.#entry(subject, null, peer)?.facts[fact];
    const hasBoth = own !== undefined && theirs !== undefined;
    return {
      name: `${subject}: ${fact} of ${ours} against ${peer}`,
      measured: hasBoth ? exactly(own / theirs) : null,
      limit,
      sense: 'at most',
      unit: '×',
    };
  }

  /** A fact of ours that must not exceed its limit. */
  fact(subject: string, build: string | null, ours: string, fact: string, limit: number): Cell {
    const value = this.#entry(subject, build, ours)?.facts[fact];
    return {
      name: `${subject}${build === null ? '' : `, ${build}`}: ${fact} of ${ours}`,
      measured: value === undefined ? null : exactly(value),
      limit,
      sense: 'at most',
      unit: '',
    };
  }

  /** A fact of ours that must reach its limit. */
  factAtLeast(subject: string, build: string | null, ours: string, fact: string, limit: number): Cell {
    return { ...this.fact(subject, build, ours, fact, limit), sense: 'at least' };
  }

  #entry(subject: string, build: string | null, contender: string): Entry | undefined {
    return this.#outcomes
      .find((outcome) => outcome.subject === subject && outcome.build === build)
      ?.entries.find((entry) => entry.contender === contender);
  }
}

function exactly(value: number): Estimate {
  return { value, low: value, high: value };
}
