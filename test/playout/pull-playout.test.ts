import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { noStats } from '../../src/audio/playout-stats.ts';
import type { ItemPosition } from '../../src/playout/playout.ts';
import { PullPlayout } from '../../src/playout/pull-playout.ts';
import { describePosition, packet, Recorder } from './recorder.ts';

let playout: PullPlayout;
let recorder: Recorder;

beforeEach(() => {
  playout = new PullPlayout({ capacityFrames: 1024, maxBlockFrames: 1024 });
  recorder = new Recorder();
  playout.listener = recorder;
});

/** The next frames as PCM16. */
function render(frames: number): number[] {
  const output = new Float32Array(frames);
  playout.render(output);
  return Array.from(output, (sample) => sample * 32768);
}

function positions(): string[] {
  return playout.positions().map(describePosition);
}

describe('PullPlayout', () => {
  it('plays items in order and tells when each starts and is done', () => {
    playout.write(packet('a', 100));
    playout.end('a', 0);
    playout.write(packet('b', 50, 500));
    expect(positions()).toEqual(['a 0/100', 'b 0/50']);
    expect(render(80).slice(0, 3)).toEqual([1, 2, 3]);
    expect(recorder.take()).toEqual(['started a']);
    expect(render(30).slice(19)).toEqual([100, 500, 501, 502, 503, 504, 505, 506, 507, 508, 509]);
    expect(recorder.take()).toEqual(['done a 100/100', 'started b']);
    expect(positions()).toEqual(['b 10/50']);
    render(100);
    expect(recorder.take()).toEqual([]);
    playout.end('b', 0);
    expect(recorder.take()).toEqual(['done b 50/50']);
    expect(positions()).toEqual(['b 50/50']);
  });

  it('keeps more audio than the ring holds, and all of it comes out in order', () => {
    for (let i = 0; i < 10; i++) playout.write(packet('a', 600, 1 + i * 600));
    playout.end('a', 0);
    playout.write(packet('b', 600, 6001));
    playout.end('b', 0);
    expect(playout.stats.bufferedFrames).toBe(6600);
    const heard: number[] = [];
    while (heard.length < 6600) heard.push(...render(100));
    expect(heard).toEqual(Array.from({ length: 6600 }, (_, i) => i + 1));
    expect(recorder.take()).toEqual(['started a', 'done a 6000/6000', 'started b', 'done b 600/600']);
    expect(playout.stats).toEqual({ ...noStats(), emittedFrames: 6600, bufferDelayS: expect.any(Number) as number });
  });

  it.each([
    [24_000, 24_000, 65_536, 65_536],
    [24_000, 24_000, 65_536, 1 << 17],
    [48_000, 8000, 4096, 1 << 16],
    [24_000, 48_000, 65_536, 1 << 15],
    [24_000, 44_100, 3000, 2048],
  ])(
    'never starves with audio in hand: %i to %i Hz, renders of %i frames, a ring of %i',
    (sampleRate, outputRate, maxBlockFrames, capacityFrames) => {
      playout = new PullPlayout({ sampleRate, outputRate, maxBlockFrames, capacityFrames });
      const receivedFrames = 600_000;
      for (let i = 0; i < 25; i++) playout.write(packet('a', receivedFrames / 25));
      const renders = Math.floor((receivedFrames * outputRate) / sampleRate / maxBlockFrames);
      for (let i = 0; i < renders; i++) render(maxBlockFrames);
      playout.end('a', 0);
      for (let i = 0; i < 2; i++) render(maxBlockFrames);
      expect(playout.stats).toEqual({
        ...noStats(),
        emittedFrames: receivedFrames,
        bufferDelayS: expect.any(Number) as number,
      });
    },
  );

  it('does not starve in a long render that follows the short one of an interrupt', () => {
    playout = new PullPlayout({ capacityFrames: 1 << 16, maxBlockFrames: 1 << 16 });
    for (let i = 0; i < 10; i++) playout.write(packet('a', 24_000));
    render(128);
    playout.flush('i1');
    playout.write(packet('b', 20_000));
    playout.write(packet('b', 30_000, 20_001 - 32_768));
    render(128);
    const heard = render(48_000);
    expect(heard.slice(0, 3)).toEqual([1, 2, 3]);
    expect(heard.slice(20_000, 20_002)).toEqual([20_001 - 32_768, 20_002 - 32_768]);
    render(4000);
    playout.end('b', 0);
    expect(playout.stats.underrunEvents).toBe(0);
  });

  it('refuses a ring that does not hold what one render consumes', () => {
    const refusal = expect.objectContaining({ name: 'AudioError', code: 'ERR_BUFFER_SIZE' });
    expect(() => new PullPlayout({ capacityFrames: 1024 })).toThrow(refusal);
    const down = { sampleRate: 48_000, outputRate: 8000, maxBlockFrames: 1000 };
    expect(() => new PullPlayout({ ...down, capacityFrames: 4096 })).toThrow(refusal);
    expect(new PullPlayout({ ...down, capacityFrames: 8192 }).outputRate).toBe(8000);
  });

  it('renders nothing more after it was freed', () => {
    playout.write(packet('a', 100));
    playout.free();
    playout.free();
    expect(() => render(10)).toThrow(expect.objectContaining({ name: 'AudioError', code: 'ERR_AUDIO_MEMORY' }));
  });

  it('does not keep a reference to the samples of a packet', () => {
    const { samples, ...rest } = packet('a', 2000);
    playout.write({ ...rest, samples });
    samples.fill(0);
    render(1000);
    expect(render(1000).at(-1)).toBe(2000);
  });

  it('plays more items than the ring has handles for', () => {
    for (let i = 0; i < 200; i++) {
      playout.write(packet(`item ${i}`, 2, 1 + 2 * i));
      playout.end(`item ${i}`, 0);
    }
    const heard = Array.from({ length: 40 }, () => render(10)).flat();
    expect(heard).toEqual(Array.from({ length: 400 }, (_, i) => i + 1));
    expect(recorder.take().filter((line) => line.startsWith('done'))).toHaveLength(200);
  });

  it('reports an interrupt when the fade was rendered: the audible item where it stopped, later ones at 0', () => {
    playout.write(packet('a', 100));
    playout.end('a', 0);
    playout.write(packet('b', 800));
    playout.write(packet('c', 900));
    playout.end('c', 0);
    render(300);
    recorder.take();
    playout.flush('i1');
    expect(recorder.take()).toEqual([]);
    const fade = render(256);
    expect(fade.slice(120).every((sample) => sample === 0)).toBe(true);
    expect(recorder.take()).toEqual(['report i1: b 320/800, c 0/900']);
    expect(render(100).every((sample) => sample === 0)).toBe(true);
    expect(positions()).toEqual(['b 320/800']);
  });

  it('refuses late audio of cancelled items and responses, and of the newest response even if it was heard', () => {
    playout.write(packet('a', 100, 1, 'r1'));
    playout.write(packet('b', 100, 1, 'r2'));
    playout.flush('i1');
    playout.write(packet('a', 10, 1, 'r9'));
    playout.write(packet('c', 10, 1, 'r2'));
    expect(playout.stats.refusedFrames).toBe(20);
    render(128);
    playout.write(packet('d', 100, 7, 'r3'));
    playout.end('d', 0);
    expect(render(100)[0]).toBe(7);
    playout.flush('i2');
    playout.write(packet('e', 5, 1, 'r3'));
    expect(playout.stats.refusedFrames).toBe(25);
    expect(recorder.take()).toEqual(['report i1: a 0/100, b 0/100', 'started d', 'done d 100/100', 'report i2: ']);
  });

  it('reports at once when nothing is unfinished', () => {
    playout.flush('i1');
    expect(recorder.take()).toEqual(['report i1: ']);
  });

  it('reports two interrupts before one render each with what it cancelled', () => {
    playout.write(packet('a', 500));
    render(100);
    playout.flush('i1');
    playout.write(packet('b', 500));
    playout.flush('i2');
    render(128);
    expect(recorder.take()).toEqual(['started a', 'report i1: a 220/500', 'report i2: b 0/500']);
  });

  it('counts an item that is starved in the middle as unfinished', () => {
    playout.write(packet('a', 100));
    render(300);
    playout.flush('i1');
    render(100);
    expect(recorder.take()).toEqual(['started a', 'report i1: a 100/100']);
    expect(playout.stats).toMatchObject({ underrunEvents: 1, underrunFrames: 300 });
  });

  it('adds up an item whose audio another item interleaves', () => {
    playout.write(packet('a', 100));
    playout.write(packet('b', 50));
    playout.write(packet('a', 30));
    render(160);
    expect(positions()).toEqual(['a 110/130']);
    playout.end('a', 0);
    playout.end('b', 0);
    render(20);
    expect(recorder.take()).toEqual(['started a', 'started b', 'done b 50/50', 'done a 130/130']);
  });

  it('pauses where the fade began and goes on from there', () => {
    playout.write(packet('a', 1000));
    render(100);
    playout.pause();
    render(128);
    render(128);
    expect(positions()).toEqual(['a 100/1000']);
    playout.resume();
    expect(render(200).slice(120)).toEqual(Array.from({ length: 80 }, (_, i) => 221 + i));
    expect(positions()).toEqual(['a 300/1000']);
  });

  it('lets a listener write and interrupt from inside an event', () => {
    playout.write(packet('a', 100));
    playout.listener = {
      onStarted: () => playout.flush('inside'),
      onDone: (position) => recorder.onDone(position),
      onReport: (report) => {
        recorder.onReport(report);
        playout.write(packet('next', 64, 900));
      },
    };
    render(50);
    render(50);
    expect(render(2)).toEqual([900, 901]);
    expect(recorder.take()).toEqual(['report inside: a 100/100']);
  });

  it('goes on from the counts of an item that returns after it was done', () => {
    playout.write(packet('a', 100));
    playout.end('a', 0);
    playout.write(packet('b', 100));
    playout.end('b', 0);
    render(300);
    playout.write(packet('a', 50));
    render(20);
    expect(positions()).toEqual(['a 120/150']);
    playout.flush('i1');
    render(128);
    expect(recorder.take()).toEqual([
      'started a',
      'done a 100/100',
      'started b',
      'done b 100/100',
      'report i1: a 150/150',
    ]);
  });

  it.each(['onStarted', 'onDone', 'onReport'] as const)('loses no event when %s throws, and says so', (event) => {
    playout.listener = {
      onStarted: (position) => recorder.onStarted(position),
      onDone: (position) => recorder.onDone(position),
      onReport: (report) => recorder.onReport(report),
      [event]: () => {
        throw new Error(`from ${event}`);
      },
    };
    const errors: unknown[] = [];
    const attempt = (call: () => void): void => {
      try {
        call();
      } catch (error) {
        errors.push(error);
      }
    };
    playout.write(packet('a', 50));
    playout.end('a', 0);
    playout.write(packet('b', 500));
    attempt(() => render(128));
    playout.flush('i1');
    playout.write(packet('c', 500));
    playout.flush('i2');
    attempt(() => render(128));
    const lines = {
      onStarted: ['started a', 'started b'],
      onDone: ['done a 50/50'],
      onReport: ['report i1: b 198/500', 'report i2: c 0/500'],
    };
    const told = Object.entries(lines).flatMap(([name, of]) => (name === event ? [] : of));
    expect(recorder.take().toSorted()).toEqual(told.toSorted());
    expect(errors).toEqual([new Error(`from ${event}`)]);
    expect(positions()).toEqual(['b 198/500']);
  });

  it('keeps positions monotonic and accounts for every frame, in any sequence of calls', () => {
    const step = fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({ type: fc.constant('write' as const), item: fc.nat(6), frames: fc.nat(700) }),
      },
      { weight: 2, arbitrary: fc.record({ type: fc.constant('end' as const), item: fc.nat(6) }) },
      {
        weight: 6,
        arbitrary: fc.record({ type: fc.constant('render' as const), frames: fc.integer({ min: 1, max: 600 }) }),
      },
      {
        weight: 1,
        arbitrary: fc.record({ type: fc.constantFrom('flush' as const, 'pause' as const, 'resume' as const) }),
      },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
        playout = new PullPlayout({ capacityFrames: 1024, maxBlockFrames: 1024 });
        const seen = new Map<string, number>();
        const ended = new Set<string>();
        let generation = 0;
        let interrupts = 0;
        let reports = 0;
        let written = 0;
        let accounted = 0;
        const check = (items: readonly ItemPosition[]): void => {
          for (const { itemId, renderedFrames, receivedFrames } of items) {
            expect(renderedFrames).toBeGreaterThanOrEqual(seen.get(itemId) ?? 0);
            expect(renderedFrames).toBeLessThanOrEqual(receivedFrames);
            seen.set(itemId, renderedFrames);
          }
        };
        playout.listener = {
          onStarted: ({ renderedFrames }) => expect(renderedFrames).toBeGreaterThan(0),
          onDone: (position) => {
            check([position]);
            expect(position.renderedFrames).toBe(position.receivedFrames);
            accounted += position.receivedFrames;
          },
          onReport: ({ interruptId, items }) => {
            check(items);
            expect(interruptId).toBe(`i${reports++}`);
            for (const { receivedFrames } of items) accounted += receivedFrames;
          },
        };
        for (const next of steps) {
          const itemId = 'item' in next ? `${generation}.${next.item}` : '';
          if (next.type === 'write') {
            if (ended.has(itemId)) continue;
            playout.write(packet(itemId, next.frames));
            written += next.frames;
          } else if (next.type === 'end') {
            playout.end(itemId, 0);
            ended.add(itemId);
          } else if (next.type === 'render') {
            playout.render(new Float32Array(next.frames));
            check(playout.positions());
            expect(reports).toBe(interrupts);
          } else if (next.type === 'flush') {
            playout.flush(`i${interrupts++}`);
            generation++;
          } else {
            playout[next.type]();
          }
        }
        playout.flush(`i${interrupts++}`);
        playout.render(new Float32Array(128));
        expect(accounted).toBe(written);
        expect(playout.stats).toMatchObject({ refusedFrames: 0, bufferedFrames: 0 });
      }),
      { numRuns: 200, seed: 7 },
    );
  }, 60_000);
});
