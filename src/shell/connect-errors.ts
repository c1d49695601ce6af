import { SessionError } from '../errors.ts';

/** A connection is open, or on its way. */
export function alreadyConnected(): SessionError {
  return new SessionError('connect() was called on an open session; close() it first, or make another session', {
    code: 'ERR_ALREADY_CONNECTED',
  });
}

/** `close` came first. */
export function connectAborted(): SessionError {
  return new SessionError('the session was closed while it connected', { code: 'ERR_CONNECT_ABORTED' });
}
