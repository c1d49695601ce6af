// A server that listens with PocketSphinx, and the file that Chromium's microphone plays: three phrases.

import type { TestProject } from 'vitest/node';
import { createRealtimeServer, findPocketsphinx, FliteVoice, PocketsphinxEars } from '../../../src/server/index.ts';
import { PHRASES_WAV } from '../../../tools/chromium.ts';
import { MICROPHONE_RATE, silence, writeMicrophone } from '../microphone.ts';
import { DECOYS, EXCHANGES } from './phrases.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the server is; null without PocketSphinx. */
    phrasesServer: { readonly url: string; readonly baseUrl: string } | null;
  }
}

const LEAD_IN_MS = 1000;
/** The turn ends, the recogniser works and the server answers meanwhile. */
const ANSWER_MS = 7000;

export default async function startPhrasesServer(project: TestProject): Promise<() => Promise<void>> {
  const voice = new FliteVoice();
  const parts = [silence(LEAD_IN_MS)];
  for (const { asked } of EXCHANGES) {
    parts.push(await voice.synthesize({ text: asked, voice: 'slt', speed: 1, sampleRate: MICROPHONE_RATE }));
    parts.push(silence(ANSWER_MS));
  }
  writeMicrophone(PHRASES_WAV, parts);
  if (findPocketsphinx() === null) {
    project.provide('phrasesServer', null);
    return () => voice.close();
  }
  const phrases = [...EXCHANGES.flatMap(({ asked, answered }) => [asked, answered]), ...DECOYS];
  const server = createRealtimeServer({
    voice,
    ears: new PocketsphinxEars({ phrases }),
    scenario: { turns: EXCHANGES.map(({ answered }) => ({ replies: [[{ say: answered }]] })) },
  });
  const { url, baseUrl } = await server.listen();
  project.provide('phrasesServer', { url, baseUrl });
  return async () => {
    await server.close();
    await voice.close();
  };
}
