import { readFileSync } from 'node:fs';
import { LevelMeter } from '../../audio/index.ts';
import type { HeardRun, SpokenLine } from './call-record.ts';
import { type CallerLine, type CallerView, CALLER_LINES } from './script.ts';
import { PACKET_FRAMES, SAMPLE_RATE } from './sound-card.ts';
import { readSpeech } from './wav.ts';

/** Speech is what is louder than this, in 10 ms. */
const SPEECH_DB = -40;
const WINDOW_FRAMES = 240;

/** The person on the telephone: speaks the lines of the script from files, each when its moment has come. */
export class Caller {
  readonly spoken: SpokenLine[] = [];
  readonly #lines: { readonly line: CallerLine; readonly samples: Int16Array }[];
  #current: Int16Array | null = null;
  #atFrame = 0;

  /** @param folder Where the script's WAV files lie. */
  constructor(folder: URL) {
    this.#lines = CALLER_LINES.map((line) => ({
      line,
      samples: readSpeech(readFileSync(new URL(line.file, folder)), SAMPLE_RATE),
    }));
  }

  /** All lines are spoken. */
  get isDone(): boolean {
    return this.#current === null && this.#lines.length === 0;
  }

  /** What the caller has perceived by `nowFrame`. */
  view(nowFrame: number, heard: readonly HeardRun[], tripFrame: number | undefined): CallerView {
    const toMs = (frames: number): number => (frames * 1000) / SAMPLE_RATE;
    const heardSince = (fromFrame: number): number =>
      heard.reduce((frames, run) => frames + Math.max(0, run.endFrame - Math.max(run.startFrame, fromFrame)), 0);
    return {
      quietMs: toMs(Math.max(0, nowFrame - (heard.at(-1)?.endFrame ?? 0))),
      heardMs: toMs(heardSince(this.spoken.at(-1)?.endFrame ?? 0)),
      heardSinceTripMs: tripFrame === undefined ? null : toMs(heardSince(tripFrame)),
    };
  }

  /** Fills one packet of the microphone; it stays silent while the caller listens. */
  speak(packet: Int16Array, startFrame: number, view: CallerView): void {
    if (this.#current === null) this.#begin(startFrame, view);
    if (this.#current === null) return;
    packet.set(this.#current.subarray(this.#atFrame, this.#atFrame + PACKET_FRAMES));
    this.#atFrame += PACKET_FRAMES;
    if (this.#atFrame >= this.#current.length) this.#current = null;
  }

  #begin(startFrame: number, view: CallerView): void {
    const next = this.#lines[0];
    if (next === undefined || !next.line.when(view)) return;
    this.#lines.shift();
    this.#current = next.samples;
    this.#atFrame = 0;
    const { onsetFrame, lastFrame } = speechBounds(next.samples);
    this.spoken.push({ text: next.line.text, startFrame: startFrame + onsetFrame, endFrame: startFrame + lastFrame });
  }
}

function speechBounds(samples: Int16Array): { onsetFrame: number; lastFrame: number } {
  const meter = new LevelMeter();
  let onsetFrame = samples.length;
  let lastFrame = 0;
  for (let at = 0; at < samples.length; at += WINDOW_FRAMES) {
    const window = samples.subarray(at, at + WINDOW_FRAMES);
    meter.reset();
    meter.measure(window);
    if (meter.rmsDb < SPEECH_DB) continue;
    onsetFrame = Math.min(onsetFrame, at);
    lastFrame = at + window.length;
  }
  meter.free();
  return { onsetFrame, lastFrame };
}
