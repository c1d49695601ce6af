import type { OpenAI } from 'openai';
import { ServerError } from './server-error.ts';

/** Where an OpenAI-compatible back end is: llama.cpp, Ollama, vLLM, whisper.cpp, Kokoro, or the service itself. */
export interface OpenAICompatibleOptions {
  /** With the version, as the `openai` package takes it: `http://127.0.0.1:11434/v1`. */
  readonly baseUrl: string;
  readonly model: string;
  /** Default `local`, for back ends that ask for none. */
  readonly apiKey?: string;
}

/** Makes a client of the optional peer `openai` when it is first needed. */
export function lazyClient({ baseUrl, apiKey = 'local' }: OpenAICompatibleOptions): () => Promise<OpenAI> {
  if (!URL.canParse(baseUrl)) {
    throw new ServerError(`baseUrl must be a URL such as http://127.0.0.1:11434/v1, got "${baseUrl}"`, {
      code: 'ERR_BACKEND_URL',
    });
  }
  let client: Promise<OpenAI> | undefined;
  return () => (client ??= load().then((Client) => new Client({ baseURL: baseUrl, apiKey, maxRetries: 1 })));
}

async function load(): Promise<typeof OpenAI> {
  try {
    return (await import('openai')).OpenAI;
  } catch (cause) {
    throw new ServerError('OpenAI-compatible back ends need a package: npm install openai', {
      code: 'ERR_OPENAI_MISSING',
      cause,
    });
  }
}
