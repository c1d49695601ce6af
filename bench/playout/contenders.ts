// Who plays in the playout benches. The peers are by behaviour, not by code; ours is the class that ships.
import { NeteqLike } from './peers/neteq-like.ts';
import { Bargein } from './peers/ours.ts';
import { Queue } from './peers/queue.ts';
import { ScheduledSources } from './peers/scheduled-sources.ts';
import { Wavtools } from './peers/wavtools.ts';
import type { PlayerMaker } from './player.ts';

export const PLAYERS: readonly (readonly [name: string, make: PlayerMaker])[] = [
  ['bargein', (sampleRate) => new Bargein(sampleRate)],
  ['queue', (sampleRate) => new Queue(sampleRate, 0)],
  ...[100, 200, 400].map(
    (prebufferMs) =>
      [`queue behind ${prebufferMs} ms`, (sampleRate: number) => new Queue(sampleRate, prebufferMs)] as const,
  ),
  ['adaptive, NetEq-like', (sampleRate) => new NeteqLike(sampleRate)],
  ['scheduled sources', (sampleRate) => new ScheduledSources(sampleRate, 0)],
  ['wavtools', () => new Wavtools()],
];
