// The demo's speech as the package holds it: in µ-law, half the bytes of PCM16. Each line keeps its rate.
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import wavefile from 'wavefile';

const SPEECH = 'src/cli/demo/speech';

/** Writes the recordings of the demo's caller into `dist/`. */
export function packSpeech(): void {
  const target = SPEECH.replace(/^src/, 'dist');
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  for (const file of globSync('*.wav', { cwd: SPEECH })) {
    const wav = new wavefile.WaveFile(readFileSync(join(SPEECH, file)));
    if (wav.bitDepth === '16') wav.toMuLaw();
    writeFileSync(join(target, file), wav.toBuffer());
  }
}
