// Clicks: bends of the waveform that stand out from those around them, by more than speech itself ever does. A cut in the
// middle of a vowel is one, whichever side of it is silent.

/** How far around a bend its neighbours count, in milliseconds. */
const AROUND_MS = 12;
/** The nearest neighbours are part of the click itself. */
const SELF_FRAMES = 2;
/** Second differences below this are inaudible beside anything (full scale is 1). */
const LEAST_BEND = 0.004;
/** A click stands out by this much more than the most abrupt sound of the source. */
const MARGIN = 1.5;

function bendsOf(samples: Float32Array): Float32Array {
  const bends = new Float32Array(samples.length);
  for (let i = 2; i < samples.length; i++) {
    bends[i] = Math.abs((samples[i] ?? 0) - 2 * (samples[i - 1] ?? 0) + (samples[i - 2] ?? 0));
  }
  return bends;
}

/** How far a bend stands out from the largest one around it; 1 if it does not. */
function prominence(bends: Float32Array, at: number, around: number): number {
  const bend = bends[at] ?? 0;
  if (bend < LEAST_BEND) return 1;
  let largest = LEAST_BEND;
  for (let distance = SELF_FRAMES + 1; distance < around; distance++) {
    largest = Math.max(largest, bends[at - distance] ?? 0, bends[at + distance] ?? 0);
    if (bend <= largest) return 1;
  }
  return bend / largest;
}

/** The most prominent bend of a recording: what is natural in it. */
export function naturalProminence(samples: Float32Array, sampleRate: number): number {
  const around = Math.round((sampleRate * AROUND_MS) / 1000);
  const bends = bendsOf(samples);
  return bends.reduce((most, _, at) => Math.max(most, prominence(bends, at, around)), 1);
}

/** Frames at which `samples` clicks; what follows within `AROUND_MS` belongs to the same click. */
export function findClicks(samples: Float32Array, sampleRate: number, natural: number): number[] {
  const around = Math.round((sampleRate * AROUND_MS) / 1000);
  const bends = bendsOf(samples);
  const clicks: number[] = [];
  for (let at = 2; at < samples.length; at++) {
    if (prominence(bends, at, around) <= MARGIN * natural) continue;
    clicks.push(at);
    at += around;
  }
  return clicks;
}
