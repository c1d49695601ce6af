// Compares two files of results. Machines and their load differ from one day to the next, so where a subject has a peer
// it is the ratio to that peer that is compared: the peer's code has not changed, whatever else did.
import { change, type Estimate, pairedRatios, type Rounds } from './statistics.ts';
import { type Entry, isOurs, type Outcome } from './subject.ts';

/** Changes smaller than this are no regression, however sure. */
const TOLERANCE = 1.05;

/** How one contender of ours has changed. */
export interface Comparison {
  readonly name: string;
  /** The peer that the change is relative to; null when there is none and the times themselves are compared. */
  readonly yardstick: string | null;
  /** How many times as long it takes now. */
  readonly change: Estimate;
  readonly isSlower: boolean;
  readonly isFaster: boolean;
}

/** Every contender of ours that both have timed. */
export function compare(before: readonly Outcome[], after: readonly Outcome[]): Comparison[] {
  return after.flatMap((now) => {
    const old = before.find(({ subject, build }) => subject === now.subject && build === now.build);
    if (old === undefined) return [];
    return now.entries.flatMap((entry) => {
      const oldEntry = find(old, entry.contender);
      if (!isOurs(entry.contender) || oldEntry === undefined || entry.rounds.flat().length === 0) return [];
      const yardstick = commonPeer(old, now);
      const build = now.build === null ? '' : `, ${now.build}`;
      return [
        judged(
          `${now.subject}${build}: ${entry.contender}`,
          yardstick,
          change(relative(old, oldEntry, yardstick), relative(now, entry, yardstick)),
        ),
      ];
    });
  });
}

function judged(name: string, yardstick: string | null, changed: Estimate): Comparison {
  return {
    name,
    yardstick,
    change: changed,
    isSlower: changed.low > 1 && changed.value >= TOLERANCE,
    isFaster: changed.high < 1 && changed.value <= 1 / TOLERANCE,
  };
}

/** The first peer that was raced both times. */
function commonPeer(old: Outcome, now: Outcome): string | null {
  const peer = now.entries.find(({ contender }) => !isOurs(contender) && find(old, contender) !== undefined);
  return peer?.contender ?? null;
}

/** Times in units of the yardstick's. */
function relative(outcome: Outcome, entry: Entry, yardstick: string | null): Rounds {
  const peer = yardstick === null ? undefined : find(outcome, yardstick);
  return peer === undefined ? entry.rounds : pairedRatios(peer.rounds, entry.rounds);
}

function find(outcome: Outcome, contender: string): Entry | undefined {
  return outcome.entries.find((entry) => entry.contender === contender);
}
