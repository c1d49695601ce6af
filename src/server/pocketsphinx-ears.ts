import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { Ears, HeardTurn } from './ears.ts';
import { resampleClip } from '../audio/clip.ts';
import { ServerError } from './server-error.ts';
import { formatWav } from './wav.ts';

const PROGRAM = 'pocketsphinx_continuous';
const MODEL_RATE = 16_000;
/** Silence in front of and behind the speech: the program estimates the noise from it and loses words without. */
const PADDING_FRAMES = MODEL_RATE / 4;
const run = promisify(execFile);

/** Options of `PocketsphinxEars`. */
export interface PocketsphinxOptions {
  /** Only these phrases are possible; far more reliable and ten times faster than free speech. */
  readonly phrases?: readonly string[];
  /** A JSGF grammar instead of phrases: the text of it, header included. */
  readonly grammar?: string;
  /** Default: `pocketsphinx_continuous` on the PATH. */
  readonly program?: string;
}

/** Where CMU PocketSphinx is installed (Debian: `pocketsphinx` and `pocketsphinx-en-us`), or null. */
export function findPocketsphinx(): string | null {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, PROGRAM);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}

/** Real recognition without a network, of English: one run of PocketSphinx for a turn, in a process of its own. */
export class PocketsphinxEars implements Ears {
  readonly #program: string;
  readonly #grammar: string | undefined;

  constructor({ phrases, grammar, program }: PocketsphinxOptions = {}) {
    const found = program ?? findPocketsphinx();
    if (found === null) {
      throw new ServerError(
        `${PROGRAM} is not on the PATH: on Debian, apt-get install pocketsphinx pocketsphinx-en-us`,
        { code: 'ERR_EARS_MISSING' },
      );
    }
    this.#program = found;
    this.#grammar = grammar ?? (phrases === undefined ? undefined : grammarOf(phrases));
  }

  async transcribe({ pcm16, sampleRate }: HeardTurn): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'bargein-ears-'));
    try {
      const speech = resampleClip(new Int16Array(pcm16), sampleRate, MODEL_RATE);
      const samples = new Int16Array(speech.length + 2 * PADDING_FRAMES);
      samples.set(speech, PADDING_FRAMES);
      const wavPath = join(folder, 'turn.wav');
      await writeFile(wavPath, formatWav({ sampleRate: MODEL_RATE, samples }));
      const args = ['-infile', wavPath, '-logfn', '/dev/null'];
      if (this.#grammar !== undefined) {
        const grammarPath = join(folder, 'phrases.gram');
        await writeFile(grammarPath, this.#grammar);
        args.push('-jsgf', grammarPath);
      }
      const { stdout } = await run(this.#program, args);
      return stdout.split(/\s+/).filter(Boolean).join(' ');
    } catch (cause) {
      throw new ServerError(`${PROGRAM} could not be run: ${String(cause)}`, { code: 'ERR_EARS', cause });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  transcribePause(turn: HeardTurn): Promise<string> {
    return this.transcribe(turn);
  }
}

/** The dictionary is in lower case and knows no punctuation. */
function grammarOf(phrases: readonly string[]): string {
  const alternatives = phrases.map((phrase) => (phrase.toLowerCase().match(/[a-z']+/g) ?? []).join(' '));
  const empty = alternatives.findIndex((words) => words === '');
  if (empty >= 0 || alternatives.length === 0) {
    throw new ServerError(`a phrase needs words of letters, got ${JSON.stringify(phrases[empty] ?? phrases)}`, {
      code: 'ERR_EARS_PHRASES',
    });
  }
  return `#JSGF V1.0;\ngrammar phrases;\npublic <phrase> = ${alternatives.join(' | ')};\n`;
}
