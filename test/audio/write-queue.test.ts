import { beforeAll, describe, expect, it } from 'vitest';
import { loadCore, Playout } from '../../src/audio/index.ts';
import { QUANTUM_WRITE_FRAMES, WriteQueue } from '../../src/audio/write-queue.ts';

beforeAll(() => loadCore());

function ramp(frames: number, first: number): Int16Array {
  return Int16Array.from({ length: frames }, (_, i) => ((first + i) % 20_000) + 1);
}

function queueFor(capacityFrames: number): { playout: Playout; queue: WriteQueue; refused: string[] } {
  const playout = new Playout({ capacityFrames });
  const refused: string[] = [];
  return { playout, queue: new WriteQueue(playout, (code, message) => refused.push(`${code} ${message}`)), refused };
}

function buffered(playout: Playout): number {
  return playout.stats.bufferedFrames;
}

describe('a queue of writes', () => {
  it('obeys at once what a quantum has time for', () => {
    const { playout, queue } = queueFor(1 << 16);
    queue.add({ type: 'open', handle: 1 });
    queue.add({ type: 'write', handle: 1, samples: ramp(480, 0) });
    expect(buffered(playout)).toBe(480);
  });

  it('moves no more into the ring than a quantum has time for, all of it, in order', () => {
    const { playout, queue, refused } = queueFor(1 << 18);
    const samples = ramp(3 * QUANTUM_WRITE_FRAMES, 0);
    queue.add({ type: 'open', handle: 1 });
    queue.add({ type: 'write', handle: 1, samples });
    for (let i = 0; i < 20; i++)
      queue.add({ type: 'write', handle: 1, samples: ramp(1000, samples.length + i * 1000) });
    queue.add({ type: 'end', handle: 1 });
    queue.add({ type: 'open', handle: 2 });
    queue.add({ type: 'write', handle: 2, samples: ramp(5, samples.length + 20_000) });
    const total = samples.length + 20_005;
    const steps: number[] = [];
    for (let before = buffered(playout); before < total; before = buffered(playout)) {
      queue.advance();
      steps.push(buffered(playout) - before);
    }
    expect(Math.max(...steps)).toBe(QUANTUM_WRITE_FRAMES);
    expect(steps).toHaveLength(Math.ceil(total / QUANTUM_WRITE_FRAMES) - 1);
    const output = new Float32Array(total);
    for (let at = 0; at < total; at += 4096) playout.render(output.subarray(at, at + 4096));
    expect(output).toEqual(Float32Array.from(ramp(total, 0), (sample) => sample / 32_768));
    expect(playout.receivedFrames(1)).toBe(total - 5);
    expect(playout.stats.underrunEvents).toBe(0);
    expect(refused).toEqual([]);
  });

  it('drops what waits, and an interrupt reports the handles of it', () => {
    const { playout, queue } = queueFor(1 << 18);
    queue.add({ type: 'open', handle: 1 });
    queue.add({ type: 'write', handle: 1, samples: ramp(QUANTUM_WRITE_FRAMES + 7, 0) });
    queue.add({ type: 'end', handle: 1 });
    queue.add({ type: 'open', handle: 2 });
    queue.add({ type: 'write', handle: 2, samples: ramp(10, 0) });
    queue.drop();
    playout.interrupt();
    queue.advance();
    playout.render(new Float32Array(128));
    expect(playout.takeInterruptReport()).toEqual([
      { handle: 1, renderedFrames: 0, receivedFrames: QUANTUM_WRITE_FRAMES },
      { handle: 2, renderedFrames: 0, receivedFrames: 0 },
    ]);
    queue.add({ type: 'open', handle: 3 });
    queue.add({ type: 'write', handle: 3, samples: ramp(10, 0) });
    expect(buffered(playout)).toBe(10);
  });

  it('tells of handles out of order and of audio that does not fit, once, and goes on', () => {
    const { playout, queue, refused } = queueFor(1 << 14);
    queue.add({ type: 'open', handle: 2 });
    queue.add({ type: 'open', handle: 1 });
    queue.add({ type: 'write', handle: 1, samples: ramp(3 << 14, 0) });
    queue.add({ type: 'write', handle: 1, samples: ramp(1, 0) });
    for (let i = 0; i < 4; i++) queue.advance();
    expect(refused).toEqual([
      'ERR_PLAYOUT_HANDLE open: expected 1, got 2',
      `ERR_BUFFER_SIZE write: ${2 << 14} frames of handle 1 did not fit`,
      'ERR_BUFFER_SIZE write: 1 frames of handle 1 did not fit',
    ]);
    expect(buffered(playout)).toBe(1 << 14);
  });

  it('leaves late audio of a cancelled handle to be counted', () => {
    const { playout, queue, refused } = queueFor(1 << 14);
    queue.add({ type: 'open', handle: 1 });
    queue.add({ type: 'write', handle: 1, samples: ramp(500, 0) });
    queue.drop();
    playout.interrupt();
    queue.add({ type: 'write', handle: 1, samples: ramp(60, 0) });
    expect(refused).toEqual([]);
    expect(playout.stats.refusedFrames).toBe(60);
  });
});
