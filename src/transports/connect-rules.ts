// What every transport does alike when it connects.

import { TransportConnectionError, UserError } from '../errors.ts';

/**
 * The key to connect with. Throws `ERR_NO_API_KEY` when there is none, and `ERR_EPHEMERAL_KEY_REQUIRED` when everybody
 * could read a key that is worth reading.
 */
export function usableKey(apiKey: string | undefined, { isExposed }: { readonly isExposed: boolean }): string {
  if (apiKey === undefined || apiKey === '') {
    throw new UserError('connect needs an apiKey, in its options or those of the transport', {
      code: 'ERR_NO_API_KEY',
    });
  }
  if (!isExposed || apiKey.startsWith('ek_')) return apiKey;
  throw new UserError(
    'a browser must connect with an ephemeral key (ek_…), since everybody can read its keys: mint one on your server, ' +
      'or set useInsecureApiKey if you must',
    { code: 'ERR_EPHEMERAL_KEY_REQUIRED' },
  );
}

/** The error of an attempt to connect that was given up. */
export function abandoned(why: string, cause?: unknown): TransportConnectionError {
  return new TransportConnectionError(`connect was abandoned: ${why}`, { code: 'ERR_CONNECT_ABANDONED', cause });
}
