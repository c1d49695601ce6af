import type { TransportKind } from '../transports/defaults.ts';
import type { OpenAIRealtimeBaseOptions } from '../transports/openai-base.ts';
import { OpenAIRealtimeWebRTC } from '../transports/webrtc/openai-webrtc.ts';
import { OpenAIRealtimeWebSocket } from '../transports/openai-websocket.ts';
import type { RealtimeTransportLayer } from '../transports/transport.ts';

/** The transport of that name. */
export function createTransport(kind: TransportKind, options: OpenAIRealtimeBaseOptions): RealtimeTransportLayer {
  return kind === 'webrtc' ? new OpenAIRealtimeWebRTC(options) : new OpenAIRealtimeWebSocket(options);
}
