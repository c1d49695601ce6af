import { createHmac, randomUUID } from 'node:crypto';
import { ServerError } from '../server-error.ts';

const SECRET_PREFIX = 'whsec_';

/** Where the server reports calls that come in. */
export interface WebhookOptions {
  readonly url: string;
  /** `whsec_` and the base64 of the key, as the service shows it. */
  readonly secret: string;
}

/** A header of the INVITE that a call came with. Untrusted, as on a real line. */
export interface SipHeader {
  readonly name: string;
  readonly value: string;
}

/** Returns the options if a webhook can be signed with them, else throws `ERR_WEBHOOK`. */
export function checkWebhook(options: WebhookOptions): WebhookOptions {
  if (!URL.canParse(options.url)) {
    throw new ServerError(`webhook.url must be a URL, got '${options.url}'`, { code: 'ERR_WEBHOOK' });
  }
  const key = keyOf(options.secret);
  if (options.secret.startsWith(SECRET_PREFIX) && key.length > 0) return options;
  throw new ServerError("webhook.secret must be 'whsec_' and the base64 of a key", { code: 'ERR_WEBHOOK' });
}

/** Posts `realtime.call.incoming`, signed as Standard Webhooks says; throws `ERR_WEBHOOK` unless the app answers 2xx. */
export async function postIncomingCall(
  { url, secret }: WebhookOptions,
  callId: string,
  sipHeaders: readonly SipHeader[],
): Promise<void> {
  const id = `evt_${randomUUID()}`;
  const timestamp = String(Math.floor(Date.now() / 1000));
  const body = JSON.stringify({
    id,
    object: 'event',
    created_at: Number(timestamp),
    type: 'realtime.call.incoming',
    data: { call_id: callId, sip_headers: sipHeaders },
  });
  const signature = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest('base64');
  let status: number;
  try {
    const headers = {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signature}`,
    };
    ({ status } = await fetch(url, { method: 'POST', headers, body }));
  } catch (cause) {
    throw new ServerError(`the webhook at ${url} can't be reached: ${String(cause)}`, { code: 'ERR_WEBHOOK', cause });
  }
  if (status < 200 || status > 299) {
    throw new ServerError(`the webhook at ${url} answered ${status}`, { code: 'ERR_WEBHOOK' });
  }
}

function keyOf(secret: string): Buffer {
  return Buffer.from(secret.replace(SECRET_PREFIX, ''), 'base64');
}
