// Edge runtimes and everything else that is neither Node nor built for a browser.

import { registerPlatform } from '../transports/defaults.ts';
import { nativeWebSocket } from './native-websocket.ts';
import { createTransport } from './transports.ts';

registerPlatform({
  createWebSocket: nativeWebSocket,
  // A page that is loaded without a bundler resolves no condition and lands here.
  isPublic: 'document' in globalThis,
  transportKind: 'websocket',
  createTransport,
});
