import { createHmac, timingSafeEqual } from 'node:crypto';
import { UserError } from '../errors.ts';

/** What Twilio signed. */
export interface SignedRequest {
  /** The token of the account that the call belongs to. */
  readonly authToken: string;
  /** The whole URL as Twilio was given it: `wss://…` for a media stream, with its query. */
  readonly url: string;
  /** Fields of a form that was posted; a media stream has none. */
  readonly form?: Readonly<Record<string, string>>;
}

/**
 * The `X-Twilio-Signature` of a request: base64 of HMAC-SHA1, keyed with the token, over the URL and the form's fields
 * in order of their names (Twilio, "Validating Requests").
 */
export function twilioSignature({ authToken, url, form = {} }: SignedRequest): string {
  const fields = Object.entries(form).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const text = url + fields.flat().join('');
  return createHmac('sha1', authToken).update(text, 'utf8').digest('base64');
}

/** Whether `signature` is Twilio's, compared in constant time. */
export function isSignedByTwilio(signature: string | undefined, request: SignedRequest): boolean {
  const expected = Buffer.from(twilioSignature(request));
  const given = Buffer.from(signature ?? '');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** Throws `ERR_TWILIO_TOKEN` unless there is a token, or `null`, with which nothing is checked. The token itself is not told. */
export function checkAuthToken(authToken: unknown): void {
  if (authToken === null || (typeof authToken === 'string' && authToken !== '')) return;
  const given = authToken === '' ? "''" : typeof authToken;
  throw new UserError(`authToken must be the token of the Twilio account, or null to skip the check, got ${given}`, {
    code: 'ERR_TWILIO_TOKEN',
  });
}
