/** A key as a page gets it from its own server. */
export async function ephemeralKey(baseUrl: string): Promise<string> {
  const minted = await fetch(`${baseUrl}/realtime/client_secrets`, { method: 'POST' });
  return ((await minted.json()) as { value: string }).value;
}
