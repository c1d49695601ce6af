import { BargeinError } from '../errors.ts';
import type { ListenAddress } from '../server/http-front.ts';
import { DEFAULT_OPENAI_REALTIME_MODEL } from '../transports/openai-base.ts';

/** Whom a page of the console can talk to. */
export type ConsoleService = 'local' | 'openai';

/** What a page needs to connect. */
export interface ConsoleTicket {
  /** An ephemeral key: `ek_…`. */
  readonly key: string;
  /** Without it, where the session connects by itself. */
  readonly url?: string;
}

/** Who mints, and with which key. */
export interface TicketParts {
  readonly local: ListenAddress;
  readonly openaiKey: string | undefined;
  /** Where OpenAI, or whoever stands in for it, is reached; `OPENAI_BASE_URL` if it is OpenAI. */
  readonly openaiBaseUrl: string;
}

/** Where OpenAI is reached. */
export const OPENAI_BASE_URL = 'https://api.openai.com/v1';
const MINT_TIMEOUT_MS = 10_000;

/** Mints an ephemeral key. Rejects with `ERR_API_KEY` when the service does not give one. */
export async function ticketFor(service: ConsoleService, parts: TicketParts): Promise<ConsoleTicket> {
  const { local, openaiKey, openaiBaseUrl } = parts;
  if (service === 'local') return { key: await mint(local.baseUrl, 'local'), url: local.url };
  const key = await mint(openaiBaseUrl, openaiKey ?? '');
  return openaiBaseUrl === OPENAI_BASE_URL ? { key } : { key, url: `${openaiBaseUrl.replace(/^http/, 'ws')}/realtime` };
}

async function mint(baseUrl: string, apiKey: string): Promise<string> {
  let response: Response;
  try {
    response = await fetch(`${baseUrl}/realtime/client_secrets`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ session: { type: 'realtime', model: DEFAULT_OPENAI_REALTIME_MODEL } }),
      signal: AbortSignal.timeout(MINT_TIMEOUT_MS),
    });
  } catch (cause) {
    throw new BargeinError(`${baseUrl} can't be reached to mint a key`, { code: 'ERR_API_KEY', cause });
  }
  const { value } = (await response.json().catch(() => ({}))) as { value?: unknown };
  if (response.ok && typeof value === 'string') return value;
  throw new BargeinError(`${baseUrl} minted no key (HTTP ${response.status}); check OPENAI_API_KEY`, {
    code: 'ERR_API_KEY',
  });
}
