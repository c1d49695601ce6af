import { EventEmitter } from '#emitter';
import type { ListenerError } from '../errors.ts';
import type { ListenerSource } from '../isolated-emit.ts';
import { emitIsolated } from '../isolated-emit.ts';
import { logger } from '../logger.ts';

/** Emits `error`: without a listener it is logged and throws nothing; a listener that fails is logged, not reported again. */
export function emitErrorIsolated(
  emitter: ListenerSource,
  argument: { readonly type: 'error'; readonly error: unknown },
): void {
  const log = (failure: ListenerError): void => logger.error('a listener of "error" failed', failure);
  emitIsolated(emitter, EventEmitter.errorMonitor, [argument], log);
  if (emitIsolated(emitter, 'error', [argument], log)) return;
  logger.error('an error of the session that no listener of "error" took', argument.error);
}
