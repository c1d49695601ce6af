// What Chromium's fake microphone hears: a question, a pause in which the agent answers, and a barge-in.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import wavefile from 'wavefile';
import { readSpeech } from '../../src/cli/demo/wav.ts';
import { MICROPHONE_WAV } from '../../tools/chromium.ts';

/** In Hz. */
export const MICROPHONE_RATE = 48_000;
const SPEECH = new URL('../../src/cli/demo/speech/', import.meta.url);
const LEAD_IN_MS = 1000;
/** The agent answers meanwhile, at length. */
const ANSWER_MS = 6000;
/** Silence that ends the turn; behind the file the microphone stays silent. */
const LEAD_OUT_MS = 2000;

/** Writes the file that Chromium reads when a page opens the microphone. */
export function makeMicrophone(): void {
  writeMicrophone(MICROPHONE_WAV, [
    silence(LEAD_IN_MS),
    speech('1-hold-a-room-44100.wav'),
    silence(ANSWER_MS),
    speech('3-stop-24000.wav'),
    silence(LEAD_OUT_MS),
  ]);
}

/** Writes stretches of PCM16 at `MICROPHONE_RATE` as one file. */
export function writeMicrophone(path: string, parts: readonly Int16Array[]): void {
  const wav = new wavefile.WaveFile();
  wav.fromScratch(1, MICROPHONE_RATE, '16', Int16Array.from(parts.flatMap((part) => [...part])));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, wav.toBuffer());
}

export function silence(ms: number): Int16Array {
  return new Int16Array((MICROPHONE_RATE * ms) / 1000);
}

function speech(file: string): Int16Array {
  return readSpeech(readFileSync(new URL(file, SPEECH)), MICROPHONE_RATE);
}
