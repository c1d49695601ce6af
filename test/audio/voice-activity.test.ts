import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadCore, VoiceActivity, type VoiceActivityDecision } from '../../src/audio/index.ts';
import { BUILDS, noiseWords } from './reference/kernel-runs.ts';

const SAMPLE_RATE = 24_000;

/** One stretch of a recording: seeded noise at a level in dBFS RMS. */
interface Stretch {
  readonly ms: number;
  readonly levelDb: number;
}

/** Uniform noise, so that a packet's level is within a fraction of a dB of the stretch's. */
function recording(stretches: readonly Stretch[]): Int16Array {
  const samples: number[] = [];
  for (const { ms, levelDb } of stretches) {
    const amplitude = Math.sqrt(3) * 10 ** (levelDb / 20) * 32_768;
    for (const word of noiseWords((ms * SAMPLE_RATE) / 1000, 41 + samples.length)) {
      samples.push(Math.round((word / 2 ** 31 - 1) * amplitude));
    }
  }
  return Int16Array.from(samples);
}

interface Turn {
  readonly startMs: number;
  readonly stopMs: number | undefined;
  readonly decidedAfterMs: number;
}

/** The turns that a detector reports, and every decision. */
function turnsOf(detector: VoiceActivity, samples: Int16Array): { turns: Turn[]; decisions: VoiceActivityDecision[] } {
  const turns: Turn[] = [];
  const decisions: VoiceActivityDecision[] = [];
  const toMs = (frames: number): number => (frames * 1000) / SAMPLE_RATE;
  const { packetFrames } = detector;
  for (let at = 0; at + packetFrames <= samples.length; at += packetFrames) {
    const decision = detector.push(samples.subarray(at, at + packetFrames));
    decisions.push(decision);
    if (decision === 'started') {
      turns.push({ startMs: toMs(detector.startFrame), stopMs: undefined, decidedAfterMs: toMs(at + packetFrames) });
    }
    const last = turns.at(-1);
    if (decision === 'stopped' && last !== undefined)
      turns[turns.length - 1] = { ...last, stopMs: toMs(detector.stopFrame) };
  }
  return { turns, decisions };
}

const QUIET = -70;
const SPEECH = -25;

describe.each(BUILDS)('VoiceActivity on the %s build', (build) => {
  beforeAll(async () => {
    await loadCore(build);
  });

  it('reports where speech starts and stops, padding and closing silence included', () => {
    const detector = new VoiceActivity({ sampleRate: SAMPLE_RATE });
    const { turns, decisions } = turnsOf(
      detector,
      recording([
        { ms: 1000, levelDb: QUIET },
        { ms: 800, levelDb: SPEECH },
        { ms: 1000, levelDb: QUIET },
      ]),
    );
    expect(turns).toEqual([{ startMs: 700, stopMs: 2300, decidedAfterMs: 1040 }]);
    expect(decisions.slice(0, 51).every((decision) => decision === 'silence')).toBe(true);
    expect(decisions[51]).toBe('started');
    expect(decisions.slice(52, 114).every((decision) => decision === 'speaking')).toBe(true);
    expect(decisions[114]).toBe('stopped');
    expect(decisions.slice(115).every((decision) => decision === 'silence')).toBe(true);
  });

  it.each([2.5, 5, 10, 20, 40])(
    'keeps its memory of the noise in packets of %f ms: a long vowel is speech',
    (packetMs) => {
      const detector = new VoiceActivity({ sampleRate: SAMPLE_RATE, packetMs });
      const { turns } = turnsOf(
        detector,
        recording([
          { ms: 2000, levelDb: -75 },
          { ms: 2000, levelDb: SPEECH },
          { ms: 2000, levelDb: -75 },
        ]),
      );
      expect(turns).toHaveLength(1);
      expect(turns[0]?.startMs).toBeCloseTo(1700, -2);
      expect(turns[0]?.stopMs).toBeCloseTo(4500, -2);
    },
  );

  it('obeys its parameters', () => {
    const detector = new VoiceActivity({ sampleRate: SAMPLE_RATE, onsetMs: 100, silenceMs: 200, prefixMs: 0 });
    const { turns } = turnsOf(
      detector,
      recording([
        { ms: 500, levelDb: QUIET },
        { ms: 400, levelDb: SPEECH },
        { ms: 400, levelDb: QUIET },
      ]),
    );
    expect(turns).toEqual([{ startMs: 500, stopMs: 1100, decidedAfterMs: 600 }]);
  });

  it('bridges gaps shorter than the silence that ends speech', () => {
    const detector = new VoiceActivity({ sampleRate: SAMPLE_RATE });
    const speech = [
      { ms: 300, levelDb: SPEECH },
      { ms: 480, levelDb: QUIET },
    ];
    const { turns } = turnsOf(
      detector,
      recording([{ ms: 400, levelDb: QUIET }, ...speech, ...speech, ...speech, { ms: 40, levelDb: QUIET }]),
    );
    expect(turns).toEqual([{ startMs: 100, stopMs: 2760, decidedAfterMs: 440 }]);
  });

  it('takes no click for speech', () => {
    const detector = new VoiceActivity({ sampleRate: SAMPLE_RATE });
    const click = [
      { ms: 20, levelDb: SPEECH },
      { ms: 180, levelDb: QUIET },
    ];
    expect(turnsOf(detector, recording([...click, ...click, ...click])).turns).toEqual([]);
  });

  it('hears speech that begins with the first packet, and pads no further back than that', () => {
    const detector = new VoiceActivity({ sampleRate: SAMPLE_RATE });
    const { turns } = turnsOf(detector, recording([{ ms: 500, levelDb: SPEECH }]));
    expect(turns).toEqual([{ startMs: 0, stopMs: undefined, decidedAfterMs: 40 }]);
  });

  it('never starts a turn before the last one stopped', () => {
    const detector = new VoiceActivity({ sampleRate: SAMPLE_RATE, silenceMs: 100, prefixMs: 1000 });
    const { turns } = turnsOf(
      detector,
      recording([
        { ms: 1500, levelDb: QUIET },
        { ms: 300, levelDb: SPEECH },
        { ms: 200, levelDb: QUIET },
        { ms: 300, levelDb: SPEECH },
      ]),
    );
    expect(turns.map((turn) => turn.startMs)).toEqual([500, 1900]);
  });

  it('finds speech in noise and does not take steady noise for speech', () => {
    const detector = new VoiceActivity({ sampleRate: SAMPLE_RATE });
    const { turns } = turnsOf(
      detector,
      recording([
        { ms: 2000, levelDb: -45 },
        { ms: 1000, levelDb: -22 },
        { ms: 4000, levelDb: -45 },
      ]),
    );
    expect(turns).toEqual([{ startMs: 1700, stopMs: 3500, decidedAfterMs: 2040 }]);
  });

  it('learns a louder room within four seconds and hears speech over it', () => {
    const detector = new VoiceActivity({ sampleRate: SAMPLE_RATE });
    const { turns } = turnsOf(
      detector,
      recording([
        { ms: 4000, levelDb: QUIET },
        { ms: 8000, levelDb: -40 },
        { ms: 1000, levelDb: -20 },
        { ms: 1000, levelDb: -40 },
      ]),
    );
    expect(turns).toHaveLength(2);
    expect(turns[0]?.stopMs).toBeLessThanOrEqual(8000);
    expect(turns[1]).toEqual({ startMs: 11_700, stopMs: 13_500, decidedAfterMs: 12_040 });
  });

  it('is deaf to what lies under the gate, however quiet the room', () => {
    const detector = new VoiceActivity({ sampleRate: SAMPLE_RATE });
    const murmur = recording([
      { ms: 1000, levelDb: -90 },
      { ms: 1000, levelDb: -55 },
    ]);
    expect(turnsOf(detector, murmur).turns).toEqual([]);
    const keener = new VoiceActivity({ sampleRate: SAMPLE_RATE, gateDb: -60 });
    expect(turnsOf(keener, murmur).turns).toHaveLength(1);
  });

  it('starts over after a reset', () => {
    const detector = new VoiceActivity({ sampleRate: SAMPLE_RATE });
    const samples = recording([
      { ms: 600, levelDb: -45 },
      { ms: 600, levelDb: SPEECH },
      { ms: 600, levelDb: -45 },
    ]);
    const first = turnsOf(detector, samples);
    detector.reset();
    expect(turnsOf(detector, samples)).toEqual(first);
    detector.free();
  });
});

describe('VoiceActivity', () => {
  it('decides alike on every build and in step: started, speaking …, stopped, silence …', async () => {
    const detectors: VoiceActivity[] = [];
    for (const build of BUILDS) {
      await loadCore(build);
      detectors.push(new VoiceActivity({ sampleRate: SAMPLE_RATE, silenceMs: 60 }));
    }
    const stretch = fc.record({
      ms: fc.integer({ min: 1, max: 15 }).map((n) => 20 * n),
      levelDb: fc.integer({ min: -80, max: -3 }),
    });
    fc.assert(
      fc.property(fc.array(stretch, { maxLength: 12 }), (stretches) => {
        const samples = recording(stretches);
        const [scalar, ...others] = detectors.map((detector) => {
          detector.reset();
          return turnsOf(detector, samples);
        });
        for (const other of others) expect(other).toEqual(scalar);
        let isSpeaking = false;
        for (const decision of scalar?.decisions ?? []) {
          expect(isSpeaking ? ['speaking', 'stopped'] : ['silence', 'started']).toContain(decision);
          isSpeaking = decision === 'started' || decision === 'speaking';
        }
      }),
      { numRuns: 60 },
    );
  });

  it('wants packets of its own size', () => {
    const detector = new VoiceActivity({ sampleRate: 8000 });
    expect(detector.packetFrames).toBe(160);
    expect(() => detector.push(new Int16Array(480))).toThrowError(
      expect.objectContaining({ name: 'AudioError', code: 'ERR_BLOCK_SIZE' }),
    );
  });

  it.each([
    [{ sampleRate: 96 }, 'ERR_SAMPLE_RATE'],
    [{ sampleRate: 11_025 }, 'ERR_BLOCK_SIZE'],
    [{ sampleRate: 48_000, packetMs: 600_000 }, 'ERR_BLOCK_SIZE'],
    [{ sampleRate: 8000, thresholdDb: -1 }, 'ERR_VOICE_ACTIVITY'],
    [{ sampleRate: 8000, gateDb: 1 }, 'ERR_VOICE_ACTIVITY'],
    [{ sampleRate: 8000, silenceMs: NaN }, 'ERR_VOICE_ACTIVITY'],
    [{ sampleRate: 8000, prefixMs: -1 }, 'ERR_VOICE_ACTIVITY'],
    [{ sampleRate: 8000, onsetMs: Infinity }, 'ERR_VOICE_ACTIVITY'],
  ])('refuses %o', (options, code) => {
    expect(() => new VoiceActivity(options)).toThrowError(expect.objectContaining({ name: 'AudioError', code }));
  });
});
