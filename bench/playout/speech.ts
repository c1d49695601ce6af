// What the agent says in the playout benches: a synthetic voice with syllables, fricatives, phrases and pauses over a
// noise floor. No two stretches of it are alike, so a rendered sample can be told apart by its
// neighbours.
import { seededRandom } from '../../src/server/seeded-random.ts';

/** Frames that one judgement about speech or pause covers, in milliseconds. */
export const ACTIVITY_MS = 10;

/** Below this level, in dBFS over `ACTIVITY_MS`, is a pause. */
const PAUSE_DBFS = -45;

/** Speech and where in it there is any. */
export interface Source {
  readonly samples: Int16Array;
  readonly sampleRate: number;
  /** Whether there is speech in each `ACTIVITY_MS`. */
  readonly isActive: readonly boolean[];
}

/** A seeded voice of `seconds`: about three quarters speech, one quarter pauses. */
export function syntheticSpeech(seconds: number, sampleRate: number, seed: number): Source {
  const uniform = seededRandom(seed);
  const frames = Math.round(seconds * sampleRate);
  const voice = new Float32Array(frames);
  let at = 0;
  while (at < frames) {
    // A phrase of four to eleven syllables, then a pause.
    const pitchHz = 95 + 110 * uniform();
    for (let syllables = 4 + Math.floor(uniform() * 8); syllables > 0 && at < frames; syllables--) {
      if (uniform() < 0.4) at = addFricative(voice, at, sampleRate, uniform);
      at = addVowel(voice, at, sampleRate, pitchHz * (0.85 + 0.3 * uniform()), uniform);
    }
    at += Math.round(sampleRate * (0.15 + 0.75 * uniform()));
  }
  const samples = Int16Array.from(voice, (sample) => {
    const noise = (uniform() + uniform() - 1) * 24;
    return Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_767 + noise)));
  });
  return sourceOf(samples, sampleRate);
}

function sourceOf(samples: Int16Array, sampleRate: number): Source {
  const frames = (sampleRate * ACTIVITY_MS) / 1000;
  const isActive = Array.from({ length: Math.ceil(samples.length / frames) }, (_, i) => {
    const part = samples.subarray(i * frames, (i + 1) * frames);
    const meanSquare = part.reduce((sum, sample) => sum + sample * sample, 0) / part.length / 32_768 ** 2;
    return meanSquare > 10 ** (PAUSE_DBFS / 10);
  });
  return { samples, sampleRate, isActive };
}

/** A pulse train through three resonances that move a little, under an envelope. Returns where it ends. */
function addVowel(voice: Float32Array, at: number, sampleRate: number, pitchHz: number, uniform: () => number): number {
  const frames = Math.round(sampleRate * (0.13 + 0.15 * uniform()));
  const formants = [
    { hz: 300 + 500 * uniform(), bandwidthHz: 80, gain: 1 },
    { hz: 900 + 1200 * uniform(), bandwidthHz: 120, gain: 0.5 },
    { hz: 2400 + 800 * uniform(), bandwidthHz: 180, gain: 0.25 },
  ];
  const glide = (uniform() - 0.5) * 0.25;
  const level = 0.12 + 0.15 * uniform();
  // A glottal pulse falls by 6 dB an octave from a few hundred hertz on.
  const softness = 1 - Math.exp((-2 * Math.PI * 300) / sampleRate);
  const vowel = new Float32Array(frames);
  for (const { hz, bandwidthHz, gain } of formants) {
    const radius = Math.exp((-Math.PI * bandwidthHz) / sampleRate);
    const turn = 2 * radius * Math.cos((2 * Math.PI * hz) / sampleRate);
    let phase = 0;
    let flow = 0;
    let last = 0;
    let beforeLast = 0;
    for (let i = 0; i < frames; i++) {
      phase += (pitchHz * (1 + (glide * i) / frames)) / sampleRate;
      const isPulse = phase >= 1;
      if (isPulse) phase -= 1;
      flow += ((isPulse ? 1 : 0) - flow) * softness;
      const sample = flow + turn * last - radius * radius * beforeLast;
      beforeLast = last;
      last = sample;
      vowel[i] = (vowel[i] ?? 0) + gain * sample;
    }
  }
  const peak = vowel.reduce((largest, sample) => Math.max(largest, Math.abs(sample)), 1e-9);
  for (let i = 0; i < frames && at + i < voice.length; i++) {
    const envelope = Math.sin(Math.PI * Math.min(1, Math.min(i, frames - i) / (0.06 * sampleRate)) * 0.5) ** 2;
    voice[at + i] = (voice[at + i] ?? 0) + ((vowel[i] ?? 0) / peak) * level * envelope * 2;
  }
  return at + Math.round(frames * 0.92);
}

/** Noise with its lows taken away, under an envelope. Returns where it ends. */
function addFricative(voice: Float32Array, at: number, sampleRate: number, uniform: () => number): number {
  const frames = Math.round(sampleRate * (0.05 + 0.07 * uniform()));
  const level = 0.02 + 0.05 * uniform();
  let last = 0;
  for (let i = 0; i < frames && at + i < voice.length; i++) {
    const noise = uniform() + uniform() - 1;
    const envelope = Math.sin((Math.PI * i) / frames) ** 2;
    voice[at + i] = (voice[at + i] ?? 0) + (noise - 0.7 * last) * level * envelope;
    last = noise;
  }
  return at + Math.round(frames * 0.8);
}
