// A page must not have the secret key: the server mints one that lives for minutes. Who may have one is for your app to check.
import { createRealtimeServer } from 'bargein/server';

const { OPENAI_API_KEY } = process.env;
let local;

/** A key for one page and, for the local server, its address. */
export async function keyFor() {
  if (OPENAI_API_KEY) return { key: await mint('https://api.openai.com/v1', OPENAI_API_KEY) };
  local ??= createRealtimeServer().listen({ port: 0 });
  const { baseUrl, url } = await local;
  return { key: await mint(baseUrl, 'local'), url };
}

async function mint(baseUrl, secret) {
  const response = await fetch(`${baseUrl}/realtime/client_secrets`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: JSON.stringify({ session: { type: 'realtime', model: 'gpt-realtime' } }),
  });
  if (!response.ok) throw new Error(`no key: HTTP ${response.status}`);
  return (await response.json()).value;
}
