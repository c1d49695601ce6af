// Makes the WAV files in this folder: node src/cli/demo/speech/make-speech.ts
// The caller speaks with a voice other than the agent's; rates and encodings differ on purpose.

import { writeFileSync } from 'node:fs';
import wavefile from 'wavefile';
import { FliteVoice } from '../../../server/flite-voice.ts';
import { CALLER_LINES } from '../script.ts';

const CALLER_VOICE = 'rms';

const voice = new FliteVoice();
for (const { file, text } of CALLER_LINES) {
  const [, rate, encoding] = /-(\d+)(-mulaw)?\.wav$/.exec(file) ?? [];
  const sampleRate = Number(rate);
  const wav = new wavefile.WaveFile();
  wav.fromScratch(1, sampleRate, '16', await voice.synthesize({ text, voice: CALLER_VOICE, speed: 1, sampleRate }));
  if (encoding !== undefined) wav.toMuLaw();
  writeFileSync(new URL(file, import.meta.url), wav.toBuffer());
  console.log(`${file}: ${text}`);
}
await voice.close();
