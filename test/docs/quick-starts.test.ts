import { globSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { quickStart } from './quick-start.ts';

const names = globSync('docs/quick-starts/*.md')
  .map((path) => basename(path, '.md'))
  .filter((name) => name !== 'index');
const MOST_LINES = 20;

test('there is a quick start for each way in', () => {
  expect(names.toSorted()).toEqual([
    'audio-core',
    'browser-webrtc',
    'browser-websocket',
    'custom-transport',
    'node',
    'self-hosted',
    'sip',
    'twilio',
  ]);
});

test.each(names)(`no program of %s is longer than ${MOST_LINES} lines`, (name) => {
  for (const [file, content] of quickStart(name).files) {
    const lines = content.split('\n').filter((line) => line.trim() !== '');
    expect(lines.length, file).toBeLessThanOrEqual(MOST_LINES);
  }
});
