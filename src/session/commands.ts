import { SessionError } from '../errors.ts';
import type { SessionInput } from './input.ts';
import type { SessionState } from './state.ts';

const NEEDS_CONNECTION: ReadonlySet<SessionInput['type']> = new Set([
  'sendMessage',
  'requestResponse',
  'updateAgent',
  'updateHistory',
  'approve',
  'reject',
]);

/** Whether a command can be carried out on an open connection only. */
export function needsConnection(command: SessionInput['type']): boolean {
  return NEEDS_CONNECTION.has(command);
}

/** What such a command fails with while there is none. */
export function notConnected(command: string, connection: SessionState['connection']): SessionError {
  const message = `${command} needs an open connection, this one is ${connection}. Wait for connect() to resolve.`;
  return new SessionError(message, { code: 'ERR_NOT_CONNECTED' });
}
