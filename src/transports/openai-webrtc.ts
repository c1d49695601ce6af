import { NotImplementedError } from '../errors.ts';
import type { OpenAIRealtimeBaseOptions } from './openai-base.ts';
import { OpenAIRealtimeBase } from './openai-base.ts';

/** Options of the WebRTC transport; the objects are those of the DOM. */
export interface OpenAIRealtimeWebRTCOptions extends OpenAIRealtimeBaseOptions {
  baseUrl?: string;
  /** An `HTMLAudioElement`. */
  audioElement?: object;
  /** A `MediaStream`. */
  mediaStream?: object;
  useInsecureApiKey?: boolean;
  /** Takes and returns an `RTCPeerConnection`. */
  changePeerConnection?: (peerConnection: object) => object | Promise<object>;
}

/** The connection of a WebRTC transport. */
export type WebRTCState =
  | { status: 'disconnected'; peerConnection: undefined; dataChannel: undefined; callId: string | undefined }
  | { status: 'connecting' | 'connected'; peerConnection: object; dataChannel: object; callId: string | undefined };

/** A connection to the Realtime service over WebRTC. Not in this version: its constructor says so. */
export class OpenAIRealtimeWebRTC extends OpenAIRealtimeBase {
  /** Throws `ERR_NOT_IMPLEMENTED`. */
  constructor(options: OpenAIRealtimeWebRTCOptions = {}) {
    super(options);
    throw notImplemented();
  }

  /** The peer connection plays it. */
  get isPlayoutRemote(): boolean {
    return true;
  }

  get callId(): string | undefined {
    return undefined;
  }

  get status(): 'connecting' | 'connected' | 'disconnected' {
    return this.connectionState.status;
  }

  get connectionState(): WebRTCState {
    return { status: 'disconnected', peerConnection: undefined, dataChannel: undefined, callId: undefined };
  }

  get muted(): boolean {
    return false;
  }

  connect(): Promise<never> {
    return Promise.reject(notImplemented());
  }

  sendEvent(): never {
    throw notImplemented();
  }

  mute(): never {
    throw notImplemented();
  }

  close(): void {}
}

function notImplemented(): NotImplementedError {
  return new NotImplementedError(
    "WebRTC is not implemented in this version: use the WebSocket transport, new OpenAIRealtimeWebSocket() or transport: 'websocket'",
  );
}
