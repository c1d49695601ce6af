// A server that answers in noise, and the file that Chromium's microphone plays: one barge-in after the other.

import { readFileSync } from 'node:fs';
import type { TestProject } from 'vitest/node';
import { readSpeech } from '../../../src/cli/demo/wav.ts';
import { createRealtimeServer, type Voice } from '../../../src/server/index.ts';
import { seededRandom } from '../../../src/server/seeded-random.ts';
import { BARGE_INS_WAV } from '../../../tools/chromium.ts';
import { MICROPHONE_RATE, silence, writeMicrophone } from '../microphone.ts';
import { noise } from '../noise.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** `baseURL` of the server whose every answer is noise, no two the same. */
    noiseBaseUrl: string;
  }
}

/** One asks for the first answer; the page may come too late to hear another one or two. */
const UTTERANCES = 24;
const SPEECH = new URL('../../../src/cli/demo/speech/1-hold-a-room-44100.wav', import.meta.url);
/** A stretch of that file in which nobody takes a breath. */
const UTTERANCE_MS = [500, 1000] as const;
/** The turn ends and the next answer begins meanwhile, and is heard for a part of it. */
const PAUSE_MS = [950, 1400] as const;
/** Longer than any of them is heard. */
const ANSWER_MS = 5000;

export default async function startNoiseServer(project: TestProject): Promise<() => Promise<void>> {
  const random = seededRandom(3);
  const speech = readSpeech(readFileSync(SPEECH), MICROPHONE_RATE);
  const [from, to] = UTTERANCE_MS.map((ms) => (ms * MICROPHONE_RATE) / 1000);
  const utterance = speech.subarray(from, to);
  const parts = [silence(1000)];
  for (let i = 0; i < UTTERANCES; i++) {
    parts.push(utterance, silence(Math.round(PAUSE_MS[0] + (PAUSE_MS[1] - PAUSE_MS[0]) * random())));
  }
  writeMicrophone(BARGE_INS_WAV, parts);

  let answers = 0;
  const voice: Voice = { synthesize: async ({ sampleRate }) => noise(ANSWER_MS, sampleRate, ++answers) };
  const turns = Array.from({ length: UTTERANCES }, () => ({ replies: [[{ say: 'Noise.' }]] }));
  const server = createRealtimeServer({ voice, scenario: { turns } });
  project.provide('noiseBaseUrl', (await server.listen()).baseUrl);
  return () => server.close();
}
