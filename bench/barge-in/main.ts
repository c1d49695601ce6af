// npm run bench:barge-in: how soon the detector knows that a user speaks over the agent, and how often it is wrong about it.
// With a number, so many minutes of the agent alone in each room; 10 by default.
import { quantile } from '../statistics.ts';
import { countFalseTriggers, makeCast, measureOnsets, type Room } from './trials.ts';

const MOST_P95_MS = 100;

const ROOMS: readonly (readonly [name: string, room: Omit<Room, 'seed'>])[] = [
  ['headphones, silence', { echoDb: Number.NEGATIVE_INFINITY, delayMs: 0, noiseDbfs: -75 }],
  ['headphones, noise 24 dB below the user', { echoDb: Number.NEGATIVE_INFINITY, delayMs: 0, noiseDbfs: -50 }],
  ['headphones, noise 18 dB below the user', { echoDb: Number.NEGATIVE_INFINITY, delayMs: 0, noiseDbfs: -44 }],
  ['echo of -20 dB after 30 ms, silence', { echoDb: -20, delayMs: 30, noiseDbfs: -75 }],
  ['echo of -20 dB after 150 ms, silence', { echoDb: -20, delayMs: 150, noiseDbfs: -75 }],
  ['echo of -20 dB after 80 ms, noise', { echoDb: -20, delayMs: 80, noiseDbfs: -50 }],
  ['echo of -30 dB after 250 ms, noise', { echoDb: -30, delayMs: 250, noiseDbfs: -50 }],
  ['echo of -10 dB after 60 ms, noise', { echoDb: -10, delayMs: 60, noiseDbfs: -55 }],
];

const minutes = Number(process.argv[2] ?? 10);
const cast = await makeCast();
console.log(`${cast.user.length} users over the agent in each room; Node ${process.version}`);
console.log(`${'room'.padEnd(42)}p50 ms  p95 ms  missed  false of the agent alone, ${minutes} min`);
for (const [name, room] of ROOMS) {
  const { latenciesMs, missed, falseTriggers } = measureOnsets(cast, { ...room, seed: 1 });
  const wrong = falseTriggers + countFalseTriggers(cast, { ...room, seed: 2 }, minutes * 60);
  const figures = [quantile(latenciesMs, 0.5), quantile(latenciesMs, 0.95)].map((ms) => ms.toFixed(0).padStart(6));
  const late = quantile(latenciesMs, 0.95) > MOST_P95_MS ? ` (over ${MOST_P95_MS} ms)` : '';
  console.log(
    `${name.padEnd(42)}${figures.join('  ')}  ${String(missed).padStart(6)}  ${String(wrong).padStart(5)}${late}`,
  );
}
