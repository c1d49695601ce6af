// Spectrum measurement in f64. The window is the seven-term Blackman-Harris one (side lobes at −180 dB), so that a line
// is visible 170 dB below another one that is more than a main lobe away.

/** Frames of every measurement. */
export const SPECTRUM_FRAMES = 8192;

/** Half the width of a line's main lobe, in bins. */
export const LOBE_BINS = 8;

const COSINE_TERMS = [
  0.27105140069342, -0.43329793923448, 0.21812299954311, -0.06592544638803, 0.01081174209837, -0.00077658482522,
  0.00001388721735,
];

const window = Float64Array.from({ length: SPECTRUM_FRAMES }, (_, n) =>
  COSINE_TERMS.reduce((sum, term, k) => sum + term * Math.cos((2 * Math.PI * k * n) / SPECTRUM_FRAMES), 0),
);
const twiddles = Float64Array.from({ length: SPECTRUM_FRAMES }, (_, i) =>
  (i & 1) === 0 ? Math.cos((Math.PI * i) / SPECTRUM_FRAMES) : -Math.sin((Math.PI * (i - 1)) / SPECTRUM_FRAMES),
);
// A line half-way between two bins reads lowest; scaling by that response means that no line is ever under-reported.
const halfBinGain = gainAt(0.5);

/**
 * Amplitudes of the lines in `SPECTRUM_FRAMES` frames of `signal` from `start` on, for bins 0 to half of that: 1 is a
 * full-scale sine. Between two bins exact, at the centre of one too high by less than 0.6 dB.
 */
export function lineAmplitudes(signal: Float32Array | Float64Array, start: number): Float64Array {
  const real = new Float64Array(SPECTRUM_FRAMES);
  const imaginary = new Float64Array(SPECTRUM_FRAMES);
  for (let n = 0; n < SPECTRUM_FRAMES; n++) real[n] = at(signal, start + n) * at(window, n);
  transform(real, imaginary);
  return Float64Array.from(
    { length: SPECTRUM_FRAMES / 2 + 1 },
    (_, bin) => (2 * Math.hypot(at(real, bin), at(imaginary, bin))) / halfBinGain,
  );
}

/** Amplitude and phase (radians, of a sine that starts at frame 0 of `signal`) of the line at `cyclesPerFrame`. */
export function measureTone(
  signal: Float32Array | Float64Array,
  start: number,
  cyclesPerFrame: number,
): { amplitude: number; phase: number } {
  let sine = 0;
  let cosine = 0;
  for (let n = 0; n < SPECTRUM_FRAMES; n++) {
    const angle = 2 * Math.PI * cyclesPerFrame * (start + n);
    const weighted = at(signal, start + n) * at(window, n);
    sine += weighted * Math.sin(angle);
    cosine += weighted * Math.cos(angle);
  }
  return { amplitude: (2 * Math.hypot(sine, cosine)) / gainAt(0), phase: Math.atan2(cosine, sine) };
}

/** Level of an amplitude in dB relative to a full-scale sine. */
export function decibels(amplitude: number): number {
  return 20 * Math.log10(Math.max(amplitude, 1e-15));
}

function gainAt(bins: number): number {
  let real = 0;
  let imaginary = 0;
  for (let n = 0; n < SPECTRUM_FRAMES; n++) {
    const angle = (2 * Math.PI * bins * n) / SPECTRUM_FRAMES;
    real += at(window, n) * Math.cos(angle);
    imaginary += at(window, n) * Math.sin(angle);
  }
  return Math.hypot(real, imaginary);
}

/** In-place radix-2 Fourier transform. */
function transform(real: Float64Array, imaginary: Float64Array): void {
  for (let i = 1, j = 0; i < SPECTRUM_FRAMES; i++) {
    let bit = SPECTRUM_FRAMES >> 1;
    for (; (j & bit) !== 0; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      swap(real, i, j);
      swap(imaginary, i, j);
    }
  }
  for (let size = 2; size <= SPECTRUM_FRAMES; size <<= 1) {
    const half = size >> 1;
    const stride = SPECTRUM_FRAMES / size;
    for (let k = 0; k < half; k++) {
      const cosine = at(twiddles, 2 * k * stride);
      const sine = at(twiddles, 2 * k * stride + 1);
      for (let low = k; low < SPECTRUM_FRAMES; low += size) {
        const high = low + half;
        const oddReal = at(real, high) * cosine - at(imaginary, high) * sine;
        const oddImaginary = at(real, high) * sine + at(imaginary, high) * cosine;
        real[high] = at(real, low) - oddReal;
        imaginary[high] = at(imaginary, low) - oddImaginary;
        real[low] = at(real, low) + oddReal;
        imaginary[low] = at(imaginary, low) + oddImaginary;
      }
    }
  }
}

function swap(values: Float64Array, i: number, j: number): void {
  const value = at(values, i);
  values[i] = at(values, j);
  values[j] = value;
}

function at(values: Float32Array | Float64Array, index: number): number {
  const value = values[index];
  if (value === undefined) throw new RangeError(`index ${index} is outside of ${values.length} values`);
  return value;
}
