import { EventEmitter } from '#emitter';
import type { ListenerError } from '../errors.ts';
import { emitIsolated } from '../isolated-emit.ts';
import { logger } from '../logger.ts';
import { decodeServerEvent } from '../protocol/decode.ts';
import type { RawServerEvent, ServerEvent } from '../protocol/server-events.ts';
import type { OpenAIRealtimeEventTypes } from './openai-events.ts';
import type { RawEventListener } from './transport.ts';

/** What comes from the Realtime service: checked, shown to who listens, and read; no listener can harm another or the call. */
export abstract class ServerInbox extends EventEmitter<OpenAIRealtimeEventTypes> {
  /** The emitter behind `on` and `emit`: this object. */
  protected get eventEmitter(): EventEmitter<OpenAIRealtimeEventTypes> {
    return this;
  }

  protected _onError(error: unknown): void {
    const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
    this._deliver('error', { type: 'error', error, ...(code === undefined ? {} : { code }) });
  }

  /** Takes one message of the server: the event itself first, then what it means. */
  protected _onMessage(message: { readonly data: unknown }): void {
    const decoded = decodeServerEvent(message.data);
    try {
      if (decoded.raw !== null) this.#show(decoded.raw, decoded.kind === 'malformed');
      if (decoded.kind === 'read') this._read(decoded.event);
    } catch (error) {
      this._onError(error);
    }
    const { error } = decoded;
    if (error !== undefined) this._deliver('error', { type: 'error', error, eventId: error.eventId, code: error.code });
  }

  /** Whether somebody wants the event `*`; a session wants it only while it has listeners of its own. */
  protected _isWatched(): boolean {
    // Asked for every packet of a telephone call, so without a closure.
    for (const { isNeeded } of this.rawListeners('*') as RawEventListener[])
      if (isNeeded?.(this) !== false) return true;
    return false;
  }

  /** Listeners get a copy: whatever they change in it, redact for a log for instance, changes nothing here. */
  #show(raw: RawServerEvent, isMalformed: boolean): void {
    const isWatched = this._isWatched();
    const name = raw.type as `${string}.${string}`;
    const isNamed = !isMalformed && name.includes('.') && this.listenerCount(name) > 0;
    if (!isWatched && !isNamed) return;
    const copy = copyOf(raw);
    if (isWatched) this._deliver('*', copy);
    if (isNamed) this._deliver(name, copy);
  }

  /**
   * Emits so that listeners can't harm each other or the connection: a throw or a rejection becomes one `error`, and an
   * `error` that nobody listens to goes to the logger.
   */
  protected _deliver<K extends keyof OpenAIRealtimeEventTypes>(event: K, ...args: OpenAIRealtimeEventTypes[K]): void {
    const fail = (error: ListenerError): void => {
      if (event === 'error') logger.error('a listener of "error" failed', error);
      else this._onError(error);
    };
    if (!emitIsolated(this, event, args, fail) && event === 'error') {
      logger.error('a transport error has no listener', args[0]);
    }
  }

  /** What an event means; it has been checked. */
  protected abstract _read(event: ServerEvent): void;
}

/** Audio deltas are flat and many, so their copy is a shallow one. */
function copyOf(event: RawServerEvent): RawServerEvent {
  return event.type === 'response.output_audio.delta' ? { ...event } : structuredClone(event);
}
