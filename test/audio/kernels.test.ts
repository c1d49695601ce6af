import { describe, expect, it } from 'vitest';
import {
  Dither,
  LevelMeter,
  LoudnessMeter,
  MicrophoneUplink,
  Packetizer,
  PhoneDownlink,
  PhoneUplink,
  Playout,
  Resampler,
  SpeakerDownlink,
  VoiceActivity,
} from '../../src/audio/index.ts';
import { Allocation, kernelFor } from '../../src/audio/kernels.ts';
import { Kernel } from '../../src/wasm/kernel.ts';

const REFUSAL = expect.objectContaining({ name: 'AudioError', code: 'ERR_AUDIO_MEMORY' });
type Freed = Disposable & { free(): void };
const PACKET = new Int16Array(160).fill(7);

describe('Kernel', () => {
  it('hands out zeroed, aligned blocks that do not overlap, in whatever order they come and go', () => {
    const kernel = new Kernel({ pages: 4 });
    const held: { address: number; bytes: number }[] = [];
    let seed = 1;
    const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
    for (let round = 0; round < 2000; round++) {
      const bytes = 1 + random(9000);
      if (held.length > 0 && (random(2) === 0 || !kernel.fits(bytes))) {
        const [freed] = held.splice(random(held.length), 1);
        if (freed !== undefined) kernel.free(freed.address);
        continue;
      }
      if (!kernel.fits(bytes)) continue;
      const address = kernel.allocate(bytes);
      expect(address % 16).toBe(0);
      expect(address).toBeGreaterThanOrEqual(kernel.exports.heapBase());
      expect(kernel.u8.subarray(address, address + bytes).some((byte) => byte !== 0)).toBe(false);
      const overlaps = held.some((other) => address < other.address + other.bytes && other.address < address + bytes);
      expect(overlaps).toBe(false);
      kernel.u8.fill(0xa5, address, address + bytes);
      held.push({ address, bytes });
    }
    for (const { address } of held) kernel.free(address);
    expect(kernel.isEmpty).toBe(true);
    const rest = kernel.u8.length - kernel.exports.heapBase() - 16;
    expect(kernel.allocate(rest)).toBeGreaterThan(0);
  });

  it('reuses what was freed for blocks of any other size', () => {
    const kernel = new Kernel({ pages: 4 });
    for (let bytes = 1; bytes < 100_000; bytes += 37) kernel.free(kernel.allocate(bytes));
    expect(kernel.isEmpty).toBe(true);
  });

  it('refuses more than it has, and to free what is not allocated', () => {
    const kernel = new Kernel({ pages: 2 });
    expect(() => new Kernel({ pages: 70_000 })).toThrow(REFUSAL);
    expect(() => kernel.allocate(1 << 20)).toThrow(REFUSAL);
    expect(() => kernel.allocate(2 ** 33)).toThrow(REFUSAL);
    const address = kernel.allocate(100);
    kernel.free(address);
    expect(() => kernel.free(address)).toThrow(REFUSAL);
    expect(() => kernel.free(address + 16)).toThrow(REFUSAL);
  });
});

describe('Allocation', () => {
  it('keeps one shared memory for objects that come and go in every size', () => {
    const first = new Allocation('it', 64);
    first.free();
    for (let bytes = 1000; bytes < 500_000; bytes += 991) {
      const next = new Allocation('it', bytes);
      expect(next.kernel === first.kernel).toBe(true);
      next.free();
    }
  });

  it('lets go of a memory that nothing is left in', () => {
    const small = new Allocation('it', 64);
    const large = new Allocation('it', 4 << 20);
    expect(large.kernel === small.kernel).toBe(false);
    large.free();
    const next = new Allocation('it', 4 << 20);
    expect(next.kernel === large.kernel).toBe(false);
    next.free();
    small.free();
    expect(kernelFor(64) === small.kernel).toBe(true);
  });
});

describe('an object that was freed twice', () => {
  it('does not free the memory of the one that came after it', () => {
    const first = new LevelMeter();
    first.free();
    const second = new LevelMeter();
    first.free();
    const third = new LevelMeter();
    second.measure(new Float32Array(10).fill(0.5));
    expect(third.peak).toBe(0);
    expect(second.peak).toBe(0.5);
  });
});

describe('an object that was freed', () => {
  it.each<[string, Freed, readonly (() => unknown)[]]>(
    (() => {
      const meter = new LevelMeter();
      const packetizer = new Packetizer({ sampleRate: 8000 });
      const activity = new VoiceActivity({ sampleRate: 8000 });
      const resampler = new Resampler({ inputRate: 8000, outputRate: 16_000 });
      const playout = new Playout({ capacityFrames: 256 });
      const dither = new Dither();
      const loudness = new LoudnessMeter({ sampleRate: 8000 });
      const microphone = new MicrophoneUplink({ deviceRate: 8000 });
      const speaker = new SpeakerDownlink({ deviceRate: 8000 });
      const phoneUplink = new PhoneUplink();
      const phoneDownlink = new PhoneDownlink();
      const onPacket = (): void => {};
      return [
        ['Dither', dither, [() => dither.pcm16FromFloat(new Float32Array(0)), () => dither.reset()]],
        [
          'LoudnessMeter',
          loudness,
          [
            () => loudness.measure(PACKET),
            () => loudness.momentaryLufs,
            () => loudness.truePeak,
            () => loudness.reset(),
          ],
        ],
        [
          'MicrophoneUplink',
          microphone,
          [
            () => microphone.push(new Float32Array(10), onPacket),
            () => microphone.flush(onPacket),
            () => microphone.level.rms,
            () => microphone.level.reset(),
            () => microphone.reset(),
          ],
        ],
        [
          'SpeakerDownlink',
          speaker,
          [() => speaker.convert('AAAAAAAA'), () => speaker.flush(), () => speaker.level.peak, () => speaker.reset()],
        ],
        ...[phoneUplink, phoneDownlink].map((link): [string, Freed, (() => unknown)[]] => [
          link.constructor.name,
          link,
          [() => link.convert('AAAAAAAA'), () => link.flush(), () => link.level.peak, () => link.reset()],
        ]),
        ['LevelMeter', meter, [() => meter.measure(PACKET), () => meter.peak, () => meter.rms, () => meter.reset()]],
        [
          'Packetizer',
          packetizer,
          [
            () => packetizer.push(PACKET, onPacket),
            () => packetizer.pendingFrames,
            () => packetizer.flush(onPacket),
            () => packetizer.reset(),
          ],
        ],
        ['VoiceActivity', activity, [() => activity.push(PACKET), () => activity.startFrame, () => activity.reset()]],
        [
          'Resampler',
          resampler,
          [() => resampler.process(new Float32Array(0)), () => resampler.reset(), () => resampler.flush()],
        ],
        [
          'Playout',
          playout,
          [
            () => playout.open(),
            () => playout.write(1, PACKET),
            () => playout.render(new Float32Array(1)),
            () => playout.interrupt(),
            () => playout.stats,
          ],
        ],
      ];
    })(),
  )('refuses to be used: %s', (_, object, uses) => {
    for (const use of uses) expect(use).not.toThrow();
    object[Symbol.dispose]();
    object.free();
    for (const use of uses) expect(use).toThrow(REFUSAL);
  });
});
