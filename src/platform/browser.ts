// The browser's part; chosen by the `browser` condition of `#platform`.

import { registerPlatform } from '../transports/defaults.ts';
import { nativeWebSocket } from './native-websocket.ts';
import { createTransport } from './transports.ts';

registerPlatform({
  createWebSocket: nativeWebSocket,
  isPublic: true,
  transportKind: 'RTCPeerConnection' in globalThis ? 'webrtc' : 'websocket',
  createTransport,
});
