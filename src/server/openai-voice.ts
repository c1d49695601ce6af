import type { OpenAI } from 'openai';
import { pcm16FromBytes } from '../audio/pcm16.ts';
import { lazyClient, type OpenAICompatibleOptions } from './openai-client.ts';
import { resampleClip } from '../audio/clip.ts';
import { ServerError } from './server-error.ts';
import type { SpeechRequest, Voice } from './voice.ts';

/** Rate of the `pcm` format of `/audio/speech`. */
const SPEECH_RATE = 24_000;

/** Options of `OpenAIVoice`. */
export interface OpenAIVoiceOptions extends OpenAICompatibleOptions {
  /** Names of the back end's voices by the names that sessions ask for; others are passed on as they are. */
  readonly voices?: Readonly<Record<string, string>>;
}

/** Speech by any OpenAI-compatible `/audio/speech` that can send `pcm` (16 bit, 24 kHz). */
export class OpenAIVoice implements Voice {
  readonly #client: () => Promise<OpenAI>;
  readonly #options: OpenAIVoiceOptions;

  constructor(options: OpenAIVoiceOptions) {
    this.#client = lazyClient(options);
    this.#options = options;
  }

  async synthesize({ text, voice, speed, sampleRate }: SpeechRequest): Promise<Int16Array> {
    const client = await this.#client();
    const { model, voices } = this.#options;
    const answer = await client.audio.speech.create({
      model,
      input: text,
      voice: voices?.[voice] ?? voice,
      speed,
      response_format: 'pcm',
    });
    const bytes = new Uint8Array(await answer.arrayBuffer());
    if (bytes.length % 2 === 1 || String.fromCharCode(...bytes.subarray(0, 4)) === 'RIFF') {
      throw new ServerError(`expected 16-bit PCM from /audio/speech, got ${bytes.length} bytes of something else`, {
        code: 'ERR_VOICE',
      });
    }
    return resampleClip(pcm16FromBytes(bytes), SPEECH_RATE, sampleRate);
  }
}
