import { expect, test } from 'vitest';
import { OutputBuffer } from '../../src/server/output-buffer.ts';

const PACKET_FRAMES = 480;

function makeBuffer(): { buffer: OutputBuffer; log: string[]; pull: (packets: number) => Int16Array } {
  const log: string[] = [];
  const buffer = new OutputBuffer({
    onStarted: (id) => void log.push(`started ${id}`),
    onStopped: (id) => void log.push(`stopped ${id}`),
  });
  const pull = (packets: number): Int16Array => {
    const all = new Int16Array(packets * PACKET_FRAMES);
    for (let i = 0; i < packets; i++) buffer.pull(all.subarray(i * PACKET_FRAMES, (i + 1) * PACKET_FRAMES));
    return all;
  };
  return { buffer, log, pull };
}

const speech = (responseId: string, itemId: string, frames: number, value = 1) => ({
  responseId,
  itemId,
  samples: new Int16Array(frames).fill(value),
});

test('plays what was written in order, silence behind it, and says when it starts and stops', () => {
  const { buffer, log, pull } = makeBuffer();
  buffer.write(speech('r1', 'a', 700, 1));
  buffer.write(speech('r1', 'b', 100, 2));
  expect(log).toEqual([]);
  const played = pull(2);
  expect(played.subarray(0, 700).every((x) => x === 1)).toBe(true);
  expect(played.subarray(700, 800).every((x) => x === 2)).toBe(true);
  expect(played.subarray(800).every((x) => x === 0)).toBe(true);
  expect(log).toEqual(['started r1']);
  buffer.end('r1');
  expect(log).toEqual(['started r1', 'stopped r1']);
});

test('a response that is synthesised slowly pauses without a stop', () => {
  const { buffer, log, pull } = makeBuffer();
  buffer.write(speech('r1', 'a', 480));
  pull(3);
  buffer.write(speech('r1', 'a', 480));
  pull(1);
  expect(log).toEqual(['started r1']);
  buffer.write(speech('r1', 'a', 480));
  expect(buffer.clear()).toEqual({ responseId: 'r1', items: [{ itemId: 'a', heardMs: 40 }] });
});

test('one response stops where the next one starts', () => {
  const { buffer, log, pull } = makeBuffer();
  buffer.write(speech('r1', 'a', 480));
  buffer.write(speech('r2', 'b', 480));
  buffer.end('r1');
  buffer.end('r2');
  expect(log).toEqual([]);
  pull(1);
  expect(log).toEqual(['started r1', 'stopped r1']);
  pull(1);
  expect(log).toEqual(['started r1', 'stopped r1', 'started r2', 'stopped r2']);
});

test('a clear names every item that lost audio: the audible one where it stopped, later ones at nothing', () => {
  const { buffer, log, pull } = makeBuffer();
  buffer.write(speech('r1', 'done', 480));
  buffer.write(speech('r1', 'audible', 24_000));
  buffer.write(speech('r1', 'waiting', 24_000));
  pull(1 + 3);
  expect(buffer.clear()).toEqual({
    responseId: 'r1',
    items: [
      { itemId: 'audible', heardMs: 60 },
      { itemId: 'waiting', heardMs: 0 },
    ],
  });
  expect(pull(1).every((x) => x === 0)).toBe(true);
  expect(buffer.clear()).toBeNull();
  buffer.end('r1');
  expect(log).toEqual(['started r1']);
});

test('what was played to its end is not cut', () => {
  const { buffer, pull } = makeBuffer();
  buffer.write(speech('r1', 'a', 480));
  pull(1);
  expect(buffer.clear()).toEqual({ responseId: 'r1', items: [] });
});
