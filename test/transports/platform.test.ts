import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocketServer } from 'ws';

afterEach(() => vi.resetModules());

/** A fresh copy of the transports with this platform registered. */
async function loadPlatform(name: 'browser' | 'edge' | 'node') {
  if (name === 'browser') await import('../../src/platform/browser.ts');
  else if (name === 'edge') await import('../../src/platform/edge.ts');
  else await import('../../src/platform/node.ts');
  const { defaultTransport } = await import('../../src/transports/defaults.ts');
  const { OpenAIRealtimeWebSocket } = await import('../../src/transports/openai-websocket.ts');
  return { defaultTransport, OpenAIRealtimeWebSocket };
}

describe('the transport of a session that names none', () => {
  it.each(['browser', 'edge', 'node'] as const)('is a WebSocket on %s', async (name) => {
    const { defaultTransport, OpenAIRealtimeWebSocket } = await loadPlatform(name);
    expect(defaultTransport(undefined)).toBeInstanceOf(OpenAIRealtimeWebSocket);
    expect(defaultTransport('websocket')).toBeInstanceOf(OpenAIRealtimeWebSocket);
  });

  it('says plainly where there is no WebRTC', async () => {
    const { defaultTransport } = await loadPlatform('node');
    expect(() => defaultTransport('webrtc')).toThrowError(
      expect.objectContaining({
        code: 'ERR_WEBRTC_UNSUPPORTED',
        message: expect.stringContaining('OpenAIRealtimeWebSocket'),
      }),
    );
  });

  it('needs a platform', async () => {
    const { defaultTransport } = await import('../../src/transports/defaults.ts');
    expect(() => defaultTransport(undefined)).toThrowError(expect.objectContaining({ code: 'ERR_NO_PLATFORM' }));
  });
});

describe('a key in the browser', () => {
  it('must be ephemeral', async () => {
    const { OpenAIRealtimeWebSocket } = await loadPlatform('browser');
    const transport = new OpenAIRealtimeWebSocket({ url: 'ws://127.0.0.1:1' });
    await expect(transport.connect({ apiKey: 'sk-1' })).rejects.toMatchObject({ code: 'ERR_EPHEMERAL_KEY_REQUIRED' });
    expect(transport.status).toBe('disconnected');
  });

  it.each([
    ['ek_1', false],
    ['sk-1', true],
  ])('%s goes as a sub-protocol (insecure keys allowed: %s)', async (apiKey, useInsecureApiKey) => {
    const { OpenAIRealtimeWebSocket } = await loadPlatform('browser');
    const offered: string[][] = [];
    const server = new WebSocketServer({
      host: '127.0.0.1',
      port: 0,
      handleProtocols: (protocols) => {
        offered.push([...protocols]);
        return 'realtime';
      },
    });
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const transport = new OpenAIRealtimeWebSocket({ url: `ws://127.0.0.1:${port}`, useInsecureApiKey });
    await transport.connect({ apiKey });
    expect(offered).toEqual([['realtime', `openai-insecure-api-key.${apiKey}`]]);
    transport.close();
    server.close();
  });

  it('that can not be a sub-protocol is not quoted by the error', async () => {
    const { OpenAIRealtimeWebSocket } = await loadPlatform('browser');
    const transport = new OpenAIRealtimeWebSocket({ url: 'ws://127.0.0.1:1' });
    const failure = await transport.connect({ apiKey: 'ek_with space' }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'ERR_CONNECT_FAILED' });
    expect(String(failure)).not.toContain('with space');
  });
});
