// A page must not have the secret key: this route mints one that lives for minutes. Who may have one is for your app to check.
import { createRealtimeServer } from 'bargein/server';

const { OPENAI_API_KEY } = process.env;
let local;

export async function POST() {
  if (OPENAI_API_KEY) return Response.json({ key: await mint('https://api.openai.com/v1', OPENAI_API_KEY) });
  local ??= createRealtimeServer().listen({ port: 0 });
  const { baseUrl } = await local;
  return Response.json({ key: await mint(baseUrl, 'local'), url: `${baseUrl}/realtime/calls` });
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
