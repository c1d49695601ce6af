// Who plays in the playout benches. The peers are by behaviour, not by code; ours is the class that ships.
import { NeteqLike } from './peers/neteq-like.ts';
import { Bargein } from './peers/ours.ts';
import { Queue } from './peers/queue.ts';
import { ScheduledSources } from './peers/scheduled-sources.ts';
import { Wavtools } from './peers/wavtools.ts';
import type { PlayerMaker } from './player.ts';

type Contender = readonly [name: string, make: PlayerMaker];

const PLAYERS: readonly Contender[] = [
  ['bargein', (sampleRate) => new Bargein(sampleRate)],
  ['queue', (sampleRate) => new Queue(sampleRate, 0)],
  ...[100, 200, 400].map(
    (prebufferMs) =>
      [`queue behind ${prebufferMs} ms`, (sampleRate: number) => new Queue(sampleRate, prebufferMs)] as const,
  ),
  ['scheduled sources', (sampleRate) => new ScheduledSources(sampleRate, 0)],
  ['wavtools', () => new Wavtools()],
];

const NETEQ_LIKE: Contender = ['adaptive, NetEq-like', (sampleRate) => new NeteqLike(sampleRate)];

/**
 * Who is judged on a kind of arrival. NetEq is made for one stream at the pace of speech: what a likeness of it does to answers that
 * come in bursts, one after the other, says nothing about NetEq.
 */
export function playersOf(kind: string): readonly Contender[] {
  return kind.startsWith('burst') ? PLAYERS : [...PLAYERS, NETEQ_LIKE];
}
