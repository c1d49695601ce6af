import { describe, expect, it } from 'vitest';
import type { ResamplerStream } from '../../bench/competitors/streaming.ts';
import { measureQuality } from '../../bench/quality.ts';

const RATE = 24_000;
const SAME_RATE = { inputRate: RATE, outputRate: RATE, isStreaming: true };

/** A stream that is one function of each block. */
function stream(convert: (input: Float32Array) => Float32Array): ResamplerStream {
  return { convert, time: () => Number.NaN, close: () => {} };
}

/** Delays by whole frames. The first output frame is frame 0 of the delayed signal, or is held back for later. */
function delayed(frames: number, isHeldBack: boolean): ResamplerStream {
  let pending: number[] = isHeldBack ? [] : Array.from({ length: frames }, () => 0);
  return stream((input) => {
    pending = [...pending, ...input];
    const ready = pending.slice(0, isHeldBack ? Math.max(0, pending.length - frames) : input.length);
    pending = pending.slice(ready.length);
    return Float32Array.from(ready);
  });
}

describe('the quality of a known converter', () => {
  it('is perfect for one that changes nothing', async () => {
    const quality = await measureQuality(
      stream((input) => input),
      SAME_RATE,
    );
    expect(quality.thdNDb).toBeLessThan(-140);
    expect(quality.alias95Db).toBeLessThan(-140);
    expect(quality.groupDelayMs).toBeCloseTo(0, 6);
    expect(quality.latencyMs).toBeCloseTo(0, 6);
  });

  it('has the delay of a delay line', async () => {
    const quality = await measureQuality(delayed(36, false), SAME_RATE);
    expect(quality.groupDelayMs).toBeCloseTo(1.5, 4);
    expect(quality.latencyMs).toBeCloseTo(1.5, 4);
  });

  it('counts frames that are held back as latency, not as group delay', async () => {
    const quality = await measureQuality(delayed(36, true), SAME_RATE);
    expect(quality.groupDelayMs).toBeCloseTo(0, 6);
    expect(quality.latencyMs).toBeCloseTo(1.5, 4);
  });

  it('has the noise of a third harmonic at −60 dB, which is no loss', async () => {
    // For a sine of amplitude a, x³ holds a³/4 at three times its frequency.
    const amount = 0.001 / (0.25 * 0.25);
    const quality = await measureQuality(
      stream((input) => input.map((sample) => sample + amount * sample ** 3)),
      SAME_RATE,
    );
    expect(quality.thdNDb).toBeCloseTo(-60, 0);
    expect(quality.alias85Db).toBeCloseTo(-60, 0);
  });

  it('has full images when every second frame is zero', async () => {
    const quality = await measureQuality(
      stream((input) =>
        Float32Array.from({ length: 2 * input.length }, (_, n) => (n % 2 === 0 ? 2 * (input[n / 2] ?? 0) : 0)),
      ),
      { inputRate: RATE, outputRate: 2 * RATE, isStreaming: true },
    );
    expect(quality.alias85Db).toBeGreaterThan(-0.1);
    expect(quality.alias85Db).toBeLessThan(0.7);
    expect(quality.groupDelayMs).toBeCloseTo(0, 5);
  });

  it('has the edges of a two-frame mean at its known frequencies', async () => {
    // |H| = cos(πf/rate): −0.1 dB at 0.0966 of the Nyquist frequency, −3 dB at 0.4991; delay half a frame.
    let last = 0;
    const quality = await measureQuality(
      stream((input) =>
        input.map((sample) => {
          const mean = (sample + last) / 2;
          last = sample;
          return mean;
        }),
      ),
      SAME_RATE,
    );
    expect(quality.edge01Percent).toBeCloseTo((200 / Math.PI) * Math.acos(10 ** (-0.1 / 20)), 0);
    expect(quality.edge3Percent).toBeCloseTo((200 / Math.PI) * Math.acos(10 ** (-3 / 20)), 0);
    expect(quality.groupDelayMs).toBeCloseTo(500 / RATE, 4);
  });
});
