import { NotImplementedError } from '../errors.ts';
import type { SessionConfig } from '../protocol/session-config.ts';
import type { RealtimeSessionPayload } from '../protocol/session-payload.ts';
import type { OpenAIRealtimeWebSocketOptions } from './openai-websocket.ts';
import { OpenAIRealtimeWebSocket } from './openai-websocket.ts';

/** Control of a phone call that the service itself has taken. Not in this version: its constructor says so. */
export class OpenAIRealtimeSIP extends OpenAIRealtimeWebSocket {
  /** Throws `ERR_NOT_IMPLEMENTED`. */
  constructor(options: OpenAIRealtimeWebSocketOptions = {}) {
    super(options);
    throw notImplemented();
  }

  /** Rejects with `ERR_NOT_IMPLEMENTED`; takes an agent, session options and a configuration over them. */
  static buildInitialConfig(
    _agent: object,
    _options?: object,
    _overrides?: SessionConfig,
  ): Promise<RealtimeSessionPayload> {
    return Promise.reject(notImplemented());
  }
}

function notImplemented(): NotImplementedError {
  return new NotImplementedError(
    'SIP is not implemented in this version: take the call as audio and use the WebSocket transport, new OpenAIRealtimeWebSocket()',
  );
}
