import type { AudioError } from '../errors.ts';
import { logger } from '../logger.ts';

/** Emits `error`, or logs it where nobody listens: without a listener the emitter would throw it at whoever told of it. */
export function emitOrLog(
  emitter: { listenerCount(event: 'error'): number; emit(event: 'error', error: AudioError): unknown },
  error: AudioError,
): void {
  if (emitter.listenerCount('error') > 0) emitter.emit('error', error);
  else logger.error(error.message, error);
}
