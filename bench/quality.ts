// What a resampler does to sound, measured from outside with sines: nothing is taken from its documentation. Levels are
// relative to the sine. All of it is arithmetic, so it does not depend on how busy the machine is.
import { decibels, lineAmplitudes, LOBE_BINS, measureTone, SPECTRUM_FRAMES } from '../test/audio/reference/spectrum.ts';
import type { ResamplerStream } from './competitors/streaming.ts';

/** Measured properties of a resampler. */
export interface Quality {
  /** Highest frequency with no more than 0.1 dB of loss, in % of the lower Nyquist. */
  readonly edge01Percent: number;
  /** The same for 3 dB. */
  readonly edge3Percent: number;
  /** Worst alias or image of content below 85 % (and, going down, above 115 %) of the lower Nyquist, in dB. */
  readonly alias85Db: number;
  /** The same below 92 and above 108 %. */
  readonly alias92Db: number;
  /** The same below 95 and above 105 %. */
  readonly alias95Db: number;
  /** Everything but the tone, for the worst tone below 85 %, in dB. */
  readonly thdNDb: number;
  /** Group delay at 1 kHz against the index of the frames, in ms. Absent, like the next, without streaming. */
  readonly groupDelayMs?: number;
  /** Time from a sound at the input to the same at the output, fed 20 ms at a time: group delay and held-back frames. */
  readonly latencyMs?: number;
}

/** What is measured, and how it may be fed. */
export interface QualityCase {
  readonly inputRate: number;
  readonly outputRate: number;
  readonly isStreaming: boolean;
}

const AMPLITUDE = 0.5;
/** Longer than the longest converter holds a sound. */
const SETTLING_SECONDS = 0.4;
const BLOCK_MS = 20;
const GRID_TONES = 16;
const EDGE_FRACTIONS = [0.8, 0.849, 0.9, 0.919, 0.949, 0.97, 0.999, 1.001, 1.051, 1.081, 1.151, 1.21];
const THD_FRACTIONS = [0.045, 0.31, 0.62, 0.84];
const BISECTIONS = 16;

/** The steady end of a converter's answer to a sine. */
interface Response {
  readonly frequency: number;
  readonly frames: Float32Array;
  /** Of the sine at the first of the frames, if the converter had no delay; in cycles. */
  readonly expectedCycles: number;
  /** Seconds of input for which no frame has come out, at the worst end of a block. */
  readonly heldBackSeconds: number;
}

export async function measureQuality(stream: ResamplerStream, which: QualityCase): Promise<Quality> {
  const { inputRate, outputRate } = which;
  const feed = new ToneFeed(stream, which);
  const lowerNyquist = Math.min(inputRate, outputRate) / 2;
  const gainDb = async (fraction: number): Promise<number> => {
    const { frames, frequency } = await feed.respond(fraction * lowerNyquist);
    return decibels(measureTone(frames, 0, frequency / outputRate).amplitude / AMPLITUDE);
  };

  const edge01 = await fallsBelow(-0.1, gainDb);
  const edge3 = await fallsBelow(-3, gainDb);
  const spurious: { readonly fraction: number; readonly db: number }[] = [];
  for (const fraction of sweep(inputRate / 2 / lowerNyquist)) {
    const response = await feed.respond(fraction * lowerNyquist);
    spurious.push({ fraction, db: decibels(highestOther(response, outputRate) / AMPLITUDE) });
  }
  const alias = (edge: number): number =>
    Math.max(
      ...spurious.filter(({ fraction }) => fraction <= edge || fraction >= 2 - edge).map(({ db }) => db),
      Number.NEGATIVE_INFINITY,
    );
  let thdN = Number.NEGATIVE_INFINITY;
  for (const fraction of THD_FRACTIONS) {
    thdN = Math.max(thdN, residualDb(await feed.respond(fraction * lowerNyquist), outputRate));
  }
  return {
    edge01Percent: 100 * edge01,
    edge3Percent: 100 * edge3,
    alias85Db: alias(0.85),
    alias92Db: alias(0.92),
    alias95Db: alias(0.95),
    thdNDb: thdN,
    ...(which.isStreaming ? await delays(feed, outputRate) : {}),
  };
}

/** Feeds one sine after the other through a converter; each is long enough to drive the last one out. */
class ToneFeed {
  readonly #stream: ResamplerStream;
  readonly #case: QualityCase;
  #inputFrames = 0;
  #outputFrames = 0;

  constructor(stream: ResamplerStream, which: QualityCase) {
    this.#stream = stream;
    this.#case = which;
  }

  async respond(frequency: number): Promise<Response> {
    const { inputRate, outputRate, isStreaming } = this.#case;
    const seconds = SETTLING_SECONDS + SPECTRUM_FRAMES / outputRate;
    const blockFrames = isStreaming ? (inputRate * BLOCK_MS) / 1000 : Math.ceil(seconds * inputRate);
    const blocks = Math.ceil((seconds * inputRate) / blockFrames);
    const startSeconds = this.#inputFrames / inputRate;
    const parts: Float32Array[] = [];
    let heldBackSeconds = 0;
    for (let i = 0; i < blocks; i++) {
      const block = Float32Array.from(
        { length: blockFrames },
        (_, n) => AMPLITUDE * Math.sin((2 * Math.PI * frequency * (i * blockFrames + n)) / inputRate),
      );
      const output = await this.#stream.convert(block);
      parts.push(output.slice());
      this.#inputFrames += blockFrames;
      this.#outputFrames += output.length;
      const heldBack = this.#inputFrames / inputRate - this.#outputFrames / outputRate;
      heldBackSeconds = Math.max(heldBackSeconds, heldBack);
    }
    const frames = lastFrames(parts, SPECTRUM_FRAMES);
    const firstSeconds = (this.#outputFrames - SPECTRUM_FRAMES) / outputRate - startSeconds;
    return { frequency, frames, expectedCycles: frequency * firstSeconds, heldBackSeconds };
  }
}

function lastFrames(parts: readonly Float32Array[], count: number): Float32Array {
  const total = parts.reduce((sum, part) => sum + part.length, 0);
  if (total < count) throw new RangeError(`a converter returned ${total} frames where ${count} were expected`);
  const all = new Float32Array(total);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all.subarray(total - count);
}

/** The fraction of the lower Nyquist where the gain first falls below `limitDb`. */
async function fallsBelow(limitDb: number, gainDb: (fraction: number) => Promise<number>): Promise<number> {
  let above = 0.02;
  let below = 1.2;
  for (let i = 0; i < BISECTIONS; i++) {
    const middle = (above + below) / 2;
    if ((await gainDb(middle)) >= limitDb) above = middle;
    else below = middle;
  }
  return above;
}

/** Fractions of the lower Nyquist to try: an even grid up to the input's Nyquist, and both sides of every edge. */
function sweep(last: number): number[] {
  const grid = Array.from({ length: GRID_TONES }, (_, i) => ((i + 0.371) / GRID_TONES) * last);
  return [...grid, ...EDGE_FRACTIONS].filter((fraction) => fraction < last);
}

/** The highest line but for the tone's own. */
function highestOther({ frames, frequency }: Response, outputRate: number): number {
  const ownBin = (frequency / outputRate) * SPECTRUM_FRAMES;
  return lineAmplitudes(frames, 0).reduce(
    (most, amplitude, bin) => (Math.abs(bin - ownBin) > LOBE_BINS ? Math.max(most, amplitude) : most),
    0,
  );
}

/** What is left when the tone is taken away, relative to the tone. */
function residualDb({ frames, frequency }: Response, outputRate: number): number {
  const cycles = frequency / outputRate;
  const { amplitude, phase } = measureTone(frames, 0, cycles);
  const squares = frames.reduce(
    (sum, sample, n) => sum + (sample - amplitude * Math.sin(2 * Math.PI * cycles * n + phase)) ** 2,
    0,
  );
  return decibels(Math.sqrt(squares / frames.length) / (amplitude / Math.SQRT2));
}

/** From the turn of phase between two tones round 1 kHz: unambiguous up to 50 ms either way. */
async function delays(feed: ToneFeed, outputRate: number): Promise<{ groupDelayMs: number; latencyMs: number }> {
  const low = await feed.respond(995);
  const high = await feed.respond(1005);
  const lateCycles = ({ frames, frequency, expectedCycles }: Response): number =>
    expectedCycles - measureTone(frames, 0, frequency / outputRate).phase / (2 * Math.PI);
  const turns = lateCycles(high) - lateCycles(low);
  const groupDelaySeconds = (turns - Math.round(turns)) / (high.frequency - low.frequency);
  return {
    groupDelayMs: 1000 * groupDelaySeconds,
    latencyMs: 1000 * (groupDelaySeconds + high.heldBackSeconds),
  };
}
