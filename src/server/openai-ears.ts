import type { OpenAI } from 'openai';
import type { Ears, HeardTurn } from './ears.ts';
import { lazyClient, type OpenAICompatibleOptions } from './openai-client.ts';
import { formatWav } from './wav.ts';

/** Recognition by any OpenAI-compatible `/audio/transcriptions`; deltas as they come if it streams. */
export class OpenAIEars implements Ears {
  readonly #client: () => Promise<OpenAI>;
  readonly #model: string;

  constructor(options: OpenAICompatibleOptions) {
    this.#client = lazyClient(options);
    this.#model = options.model;
  }

  async transcribe(turn: HeardTurn): Promise<string> {
    const client = await this.#client();
    const { pcm16, sampleRate, language, prompt, onDelta } = turn;
    const request = {
      file: new File([formatWav({ sampleRate, samples: new Int16Array(pcm16) })], 'turn.wav', { type: 'audio/wav' }),
      model: this.#model,
      ...(language !== undefined && { language }),
      ...(prompt !== undefined && { prompt }),
    };
    if (onDelta === undefined) return (await client.audio.transcriptions.create(request)).text.trim();
    let text = '';
    for await (const event of await client.audio.transcriptions.create({ ...request, stream: true })) {
      if (event.type === 'transcript.text.done') return event.text;
      if (event.type !== 'transcript.text.delta') continue;
      text += event.delta;
      onDelta(event.delta);
    }
    return text;
  }

  transcribePause(turn: HeardTurn): Promise<string> {
    return this.transcribe(turn);
  }
}
