// What differs between platforms, put in by `src/platform/`: transports and sessions never import a platform.

import { UserError } from '../errors.ts';
import type { OpenAIRealtimeBaseOptions } from './openai-base.ts';
import type { RealtimeTransportLayer } from './transport.ts';

/** What a transport uses of a WebSocket; the platform's class and that of `ws` both fit. */
export interface WebSocketLike {
  /** 0 connecting, 1 open, 2 closing, 3 closed. */
  readonly readyState: number;
  /** Bytes that were sent and have not left yet. */
  readonly bufferedAmount?: number;
  send(text: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: 'open', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { code?: number; reason?: string }) => void): void;
  addEventListener(type: 'error', listener: (event: unknown) => void): void;
}

/** Where to connect to, and with which key. */
export interface CreateWebSocketOptions {
  url: string;
  apiKey: string;
  /** Instead of `Authorization: Bearer <key>`; browsers can't send any. */
  headers?: Readonly<Record<string, string>>;
  /** How often the server is to be pinged, in milliseconds, where that can be done; default the platform's. */
  pingIntervalMs?: number;
}

/** A platform's part. */
export interface PlatformDefaults {
  /** Opens a socket that carries the key in the platform's way. */
  createWebSocket(options: CreateWebSocketOptions): Promise<WebSocketLike>;
  /** Whether the code runs where anybody can read its keys, so that only ephemeral ones are safe. */
  readonly isPublic: boolean;
  /** The transport of a session that names none. */
  readonly transportKind: TransportKind;
  createTransport(kind: TransportKind, options: OpenAIRealtimeBaseOptions): RealtimeTransportLayer;
}

/** Transports that a session can be given by name. */
export type TransportKind = 'webrtc' | 'websocket';

let registered: PlatformDefaults | undefined;

/** Puts in the platform's part; called once, by the platform's module. */
export function registerPlatform(platform: PlatformDefaults): void {
  registered = platform;
}

/** The platform's part; throws `ERR_NO_PLATFORM` when its module was not loaded. */
export function platformDefaults(): PlatformDefaults {
  if (registered !== undefined) return registered;
  throw new UserError(
    "no platform is registered: import from 'bargein' itself, and keep its side effects when bundling",
    {
      code: 'ERR_NO_PLATFORM',
    },
  );
}

/** The transport of that name, or the platform's own choice. */
export function defaultTransport(
  kind: TransportKind | undefined,
  options: OpenAIRealtimeBaseOptions = {},
): RealtimeTransportLayer {
  const platform = platformDefaults();
  return platform.createTransport(kind ?? platform.transportKind, options);
}
