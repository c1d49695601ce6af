/** TwiML that puts the call's audio on a media stream and, when that is over, asks `redirectUrl` how the call goes on. */
export function connectTwiml(streamUrl: string, redirectUrl: string | null): string {
  const connect = `<Connect><Stream url="${escaped(streamUrl)}" /></Connect>`;
  return document(redirectUrl === null ? connect : `${connect}<Redirect>${escaped(redirectUrl)}</Redirect>`);
}

/** TwiML that turns the call away before it is answered, so nobody pays for it: the caller hears the busy tone. */
export function busyTwiml(): string {
  return document('<Reject reason="busy" />');
}

function document(verbs: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><Response>${verbs}</Response>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
