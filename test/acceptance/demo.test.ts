// Runs the built demo as a newcomer would and reads its artefacts back. Nothing here trusts what the demo says of itself:
// silence, speech and positions are measured in the recording, and the audio of the cut answer is synthesised again.

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import wavefile from 'wavefile';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SCENARIO } from '../../src/cli/demo/script.ts';
import { FliteVoice, sentencesOf } from '../../src/server/index.ts';

const SAMPLE_RATE = 24_000;
const FRAMES_PER_MS = SAMPLE_RATE / 1000;
const SILENCE_DB = -60;

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly tid: number;
  readonly args: Readonly<Record<string, unknown>>;
}

function levelDb(samples: Int16Array): number {
  const power = samples.reduce((sum, sample) => sum + (sample / 32_768) ** 2, 0) / samples.length;
  return 10 * Math.log10(power + 1e-12);
}

function secondsOfSpeech(samples: Int16Array): number {
  let seconds = 0;
  for (let at = 0; at + 480 <= samples.length; at += 480)
    if (levelDb(samples.subarray(at, at + 480)) > -45) seconds += 0.02;
  return seconds;
}

const voice = new FliteVoice();
afterAll(() => voice.close());

describe.each([
  { mode: 'real time', flags: [] },
  { mode: 'a virtual clock', flags: ['--fast'] },
])('demo in $mode', ({ flags }) => {
  const folder = mkdtempSync(join(tmpdir(), 'bargein-demo-'));
  let user: Int16Array;
  let agent: Int16Array;
  let events: readonly TraceEvent[];
  let output = '';

  beforeAll(async () => {
    const args = ['dist/cli/main.js', 'demo', ...flags, '--out', folder];
    const run = await promisify(execFile)(process.execPath, args, { env: { ...process.env, NO_COLOR: '1' } });
    output = run.stdout;
    const wav = new wavefile.WaveFile(readFileSync(join(folder, 'demo.wav')));
    const [left, right] = wav.getSamples(false, Int16Array) as unknown as [Int16Array, Int16Array];
    [user, agent] = [left, right];
    events = (JSON.parse(readFileSync(join(folder, 'trace.json'), 'utf8')) as { traceEvents: TraceEvent[] })
      .traceEvents;
  }, 120_000);

  function instants(name: string): TraceEvent[] {
    return events.filter((event) => event.name === name && event.ph === 'i');
  }

  function heardLane(): TraceEvent[] {
    const lane = events.find(({ name, args }) => name === 'thread_name' && args['name'] === 'heard')?.tid;
    return events.filter(({ ph, tid }) => ph === 'X' && tid === lane);
  }

  function heardRun(itemId: unknown): { startFrame: number; endFrame: number } {
    const runs = heardLane().filter(({ name }) => name === itemId);
    expect(runs).toHaveLength(1);
    return runs[0]!.args as { startFrame: number; endFrame: number };
  }

  /** First frame of whatever the agent says next after `frame`. */
  function nextStart(frame: number): number {
    return Math.min(
      ...heardLane()
        .map(({ args }) => Number(args['startFrame']))
        .filter((start) => start >= frame),
    );
  }

  test('prints no escape sequence when colours are off, and holds every invariant', () => {
    expect(output).not.toContain('\u001b');
    expect(output).toContain('holds  the model was told exactly what was heard');
    expect(output).not.toContain('FAILS');
  });

  test('has speech in both channels', () => {
    expect(secondsOfSpeech(user)).toBeGreaterThan(6);
    expect(secondsOfSpeech(agent)).toBeGreaterThan(8);
  });

  test('silences the agent within 20 ms after speech_started reached the session', () => {
    const started = instants('speech_started');
    expect(started.length).toBeGreaterThanOrEqual(5);
    for (const { args } of started) {
      const dueFrame = Number(args['frame']) + 20 * FRAMES_PER_MS;
      expect(levelDb(agent.subarray(dueFrame, dueFrame + 300 * FRAMES_PER_MS))).toBeLessThan(SILENCE_DB);
    }
  });

  test('barges in while the agent is audible', () => {
    const interruption = instants('interrupted').find(({ args }) => args['cause'] === 'user');
    const frame = Number(interruption?.args['frame']);
    expect(levelDb(agent.subarray(frame - 500 * FRAMES_PER_MS, frame))).toBeGreaterThan(SILENCE_DB);
  });

  test('truncates every cut item at the last frame of its fade, in milliseconds floored', () => {
    const truncations = instants('truncate');
    expect(truncations.length).toBeGreaterThanOrEqual(1);
    for (const { args } of truncations) {
      const { startFrame, endFrame } = heardRun(args['itemId']);
      expect(args['audioEndMs']).toBe(Math.floor((endFrame - startFrame) / FRAMES_PER_MS));
      // Audible up to the fade, silent right behind it until the next answer.
      expect(agent.subarray(endFrame - 20 * FRAMES_PER_MS, endFrame).some((sample) => sample !== 0)).toBe(true);
      expect(agent.subarray(endFrame, nextStart(endFrame)).every((sample) => sample === 0)).toBe(true);
    }
  });

  test('plays the cut answer sample by sample as it was spoken, from its first frame to the fade', async () => {
    const longAnswer = SCENARIO.turns[1]!.replies[0]![0]!;
    if (!('say' in longAnswer)) throw new Error('the second turn of the script is the long answer');
    const sentences = sentencesOf(longAnswer.say).map((text) =>
      voice.synthesize({ text, voice: 'marin', speed: 1, sampleRate: SAMPLE_RATE }),
    );
    const spoken = Int16Array.from((await Promise.all(sentences)).flatMap((samples) => [...samples]));
    const interruption = instants('interrupted').find(({ args }) => args['cause'] === 'user')!;
    const truncation = instants('truncate').find(
      ({ args }) => Number(args['frame']) >= Number(interruption.args['frame']),
    )!;
    const { startFrame, endFrame } = heardRun(truncation.args['itemId']);
    const fadeFrames = 5 * FRAMES_PER_MS;
    expect(endFrame - startFrame).toBeGreaterThan(2000 * FRAMES_PER_MS);
    expect(agent.slice(startFrame, endFrame - fadeFrames)).toEqual(spoken.slice(0, endFrame - startFrame - fadeFrames));
    expect(agent.slice(endFrame - fadeFrames, endFrame)).not.toEqual(
      spoken.slice(endFrame - startFrame - fadeFrames, endFrame - startFrame),
    );
  });

  test('draws the timeline with every lane', () => {
    const svg = readFileSync(join(folder, 'timeline.svg'), 'utf8');
    for (const lane of ['spoken', 'sent', 'received', 'heard', 'truncated', 'tools'])
      expect(svg).toContain(`>${lane}<`);
  });
});
