import { beforeAll, describe, expect, it } from 'vitest';
import { BargeInDetector } from '../../src/audio/barge-in-detector.ts';
import { seededRandom } from '../../src/server/seeded-random.ts';
import { type Cast, countFalseTriggers, makeCast, measureOnsets } from '../../bench/barge-in/trials.ts';
import { quantile } from '../../bench/statistics.ts';

const RATE = 48_000;

/** Noise of a level in dBFS RMS in each tenth of a second; a level of `null` is digital silence. */
function noise(levelsDb: readonly (number | null)[], seed: number, rate = RATE): Float32Array {
  const uniform = seededRandom(seed);
  const stepFrames = rate / 10;
  return Float32Array.from({ length: levelsDb.length * stepFrames }, (_, i) => {
    const levelDb = levelsDb[Math.floor(i / stepFrames)] ?? null;
    const sample = uniform() * 2 - 1;
    return levelDb === null ? 0 : sample * Math.sqrt(3) * 10 ** (levelDb / 20);
  });
}

function mix(a: Float32Array, b: Float32Array, gainDb: number): Float32Array {
  return a.map((sample, i) => sample + (b[i] ?? 0) * 10 ** (gainDb / 20));
}

function repeat<T>(value: T, times: number): T[] {
  return Array.from({ length: times }, () => value);
}

/** Where, in blocks of a length, the detector reports an onset: the frames behind those blocks. */
function onsetsOf(
  detector: BargeInDetector,
  microphone: Float32Array,
  agent: Float32Array | null,
  blockFrames = 128,
): number[] {
  const onsets: number[] = [];
  for (let at = 0; at + blockFrames <= microphone.length; at += blockFrames) {
    const end = at + blockFrames;
    const spoken = agent === null ? null : agent.subarray(at, end);
    if (detector.push(microphone.subarray(at, end), spoken)) onsets.push(end);
  }
  return onsets;
}

const ROOM = -65;
const USER = -30;
/** Two seconds of a room, 400 ms of a user, and the room again. */
const INTERRUPTION = [...repeat(ROOM, 20), ...repeat(USER, 4), ...repeat(ROOM, 10)];

describe('of synthesised speech', () => {
  let cast: Cast;
  beforeAll(async () => {
    cast = await makeCast(4);
  });

  it.each([
    ['silence', -75],
    ['noise 24 dB below it', -50],
  ])('an onset over %s is known within 100 ms in 95 of 100 cases, and nothing else is one', (_, noiseDbfs) => {
    const room = { echoDb: Number.NEGATIVE_INFINITY, delayMs: 0, noiseDbfs, seed: 5 };
    const { latenciesMs, falseTriggers, missed } = measureOnsets(cast, room);
    expect(latenciesMs).toHaveLength(12);
    expect(quantile(latenciesMs, 0.95)).toBeLessThanOrEqual(100);
    expect({ falseTriggers, missed }).toEqual({ falseTriggers: 0, missed: 0 });
  });

  it.each([20, 90, 200])('an echo of the agent 20 dB below it and %i ms late is no onset', (delayMs) => {
    expect(countFalseTriggers(cast, { echoDb: -20, delayMs, noiseDbfs: -60, seed: 6 }, 30)).toBe(0);
  });
});

describe('BargeInDetector', () => {
  it.each([8000, 16_000, 22_050, 44_100, 48_000, 96_000, 192_000])(
    'hears a user once, within 60 ms, at %i Hz',
    (sampleRate) => {
      using detector = new BargeInDetector({ sampleRate });
      const blockFrames = sampleRate / 50;
      const onsets = onsetsOf(detector, noise(INTERRUPTION, 1, sampleRate), null, blockFrames);
      expect(onsets).toHaveLength(1);
      const afterMs = ((onsets[0] ?? 0) * 1000) / sampleRate - 2000;
      expect(afterMs).toBeGreaterThan(0);
      expect(afterMs).toBeLessThanOrEqual(60);
    },
  );

  it('hears the same whatever the length of the blocks', () => {
    const microphone = noise(INTERRUPTION, 2);
    using detector = new BargeInDetector({ sampleRate: RATE });
    const [exact = 0] = onsetsOf(detector, microphone, null, 1);
    for (const blockFrames of [64, 128, 480, 2400, 8192]) {
      detector.reset();
      const [found = 0] = onsetsOf(detector, microphone, null, blockFrames);
      expect(found - exact).toBeGreaterThanOrEqual(0);
      expect(found - exact).toBeLessThan(blockFrames);
    }
  });

  it('takes clicks of 5 ms for none', () => {
    const microphone = noise(repeat(ROOM, 40), 3);
    for (let click = 10; click < 40; click += 5) {
      microphone.set(noise([-25], click).subarray(0, RATE / 200), click * (RATE / 10) + 77);
    }
    using detector = new BargeInDetector({ sampleRate: RATE });
    expect(onsetsOf(detector, microphone, null)).toEqual([]);
  });

  it('learns nothing of a microphone that is muted', () => {
    using detector = new BargeInDetector({ sampleRate: RATE });
    const levels = [...repeat(ROOM, 20), ...repeat(null, 60), ...repeat(ROOM, 20)];
    expect(onsetsOf(detector, noise(levels, 4), null)).toEqual([]);
  });

  it('is told that an onset was an echo, and is not taken in again', () => {
    const speech = [...repeat(-20, 4), ...repeat(-70, 4)];
    const agent = noise([...repeat(null, 20), ...speech, ...speech, ...speech, ...speech], 5);
    const microphone = mix(noise(repeat(ROOM, 52), 6), agent, 0);
    using naive = new BargeInDetector({ sampleRate: RATE });
    expect(onsetsOf(naive, microphone, agent).length).toBeGreaterThan(1);
    using taught = new BargeInDetector({ sampleRate: RATE });
    const onsets: number[] = [];
    for (let at = 0; at + 128 <= microphone.length; at += 128) {
      if (!taught.push(microphone.subarray(at, at + 128), agent.subarray(at, at + 128))) continue;
      onsets.push(at);
      taught.wasEcho();
    }
    expect(onsets).toHaveLength(1);
  });

  it('refuses blocks of two lengths, and blocks after free()', () => {
    const detector = new BargeInDetector({ sampleRate: RATE });
    expect(() => detector.push(new Float32Array(128), new Float32Array(64))).toThrow(
      expect.objectContaining({ code: 'ERR_BLOCK_SIZE' }),
    );
    detector.free();
    expect(() => detector.push(new Float32Array(128), null)).toThrow(
      expect.objectContaining({ code: 'ERR_AUDIO_MEMORY' }),
    );
  });
});
