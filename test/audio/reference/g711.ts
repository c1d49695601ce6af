// G.711 by its tables: a magnitude's code is the number of decision values at or below it, a code's magnitude is the
// quantised value between two of them. Tables 1a and 2a of ITU-T G.711 give both as segments of equal intervals; no
// shift or exponent appears here. How 16-bit samples meet those scales (which bits drop, negatives by one's complement)
// is ITU-T G.191's convention; the even bits of A-law are inverted on the line (G.711 §3).

/** Rows "number of intervals × interval size" of a table, lowest segment first. */
type Segments = readonly (readonly [intervals: number, size: number])[];

/** Table 1a/G.711, on the scale where the virtual decision value is 4096. */
const ALAW_SEGMENTS: Segments = [
  [32, 2],
  [16, 4],
  [16, 8],
  [16, 16],
  [16, 32],
  [16, 64],
  [16, 128],
];

/** Table 2a/G.711, on the scale where the virtual decision value is 8159. */
const MULAW_SEGMENTS: Segments = [
  [1, 1],
  [15, 2],
  [16, 4],
  [16, 8],
  [16, 16],
  [16, 32],
  [16, 64],
  [16, 128],
  [16, 256],
];

/** Decision values x₁…x₁₂₈. */
function decisionValues(segments: Segments): number[] {
  const values: number[] = [];
  let value = 0;
  for (const [intervals, size] of segments) {
    for (let i = 0; i < intervals; i++) values.push((value += size));
  }
  return values;
}

/** The middle of each interval; µ-law's first interval straddles zero, so its value is 0. */
function quantisedValues(decisions: readonly number[], first: number): number[] {
  return decisions.map((decision, i) => (i === 0 ? first : (decision + (decisions[i - 1] ?? 0)) / 2));
}

export const ALAW_DECISIONS: readonly number[] = decisionValues(ALAW_SEGMENTS);
export const MULAW_DECISIONS: readonly number[] = decisionValues(MULAW_SEGMENTS);
export const ALAW_QUANTISED: readonly number[] = quantisedValues(ALAW_DECISIONS, 1);
export const MULAW_QUANTISED: readonly number[] = quantisedValues(MULAW_DECISIONS, 0);

/** Codes end at 127: a magnitude beyond the virtual decision value x₁₂₈ is overload. */
function code(magnitude: number, decisions: readonly number[]): number {
  return Math.min(127, decisions.filter((decision) => decision <= magnitude).length);
}

function onesComplementMagnitude(sample: number): number {
  return sample < 0 ? -sample - 1 : sample;
}

export function referenceEncodeAlaw(sample: number): number {
  const magnitude = 2 * Math.floor(onesComplementMagnitude(sample) / 16);
  return (code(magnitude, ALAW_DECISIONS) + (sample < 0 ? 0 : 128)) ^ 0x55;
}

export function referenceEncodeMulaw(sample: number): number {
  const magnitude = Math.floor(onesComplementMagnitude(sample) / 4);
  return 127 - code(magnitude, MULAW_DECISIONS) + (sample < 0 ? 0 : 128);
}

export function referenceDecodeAlaw(octet: number): number {
  const character = octet ^ 0x55;
  const magnitude = 8 * (ALAW_QUANTISED[character % 128] ?? NaN);
  return character < 128 ? -magnitude : magnitude;
}

export function referenceDecodeMulaw(octet: number): number {
  const magnitude = 4 * (MULAW_QUANTISED[127 - (octet % 128)] ?? NaN);
  return octet < 128 && magnitude > 0 ? -magnitude : magnitude;
}
