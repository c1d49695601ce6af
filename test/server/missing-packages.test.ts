// What someone sees who has not installed the optional packages of calls.

import { afterEach, expect, test, vi } from 'vitest';
import { CallCodec } from '../../src/server/call-codec.ts';
import { createRealtimeServer, type RealtimeServer } from '../../src/server/index.ts';

vi.mock('node-datachannel', () => {
  throw new Error("Cannot find package 'node-datachannel'");
});
const werift = vi.hoisted(() => ({ isInstalled: false }));
vi.mock('werift', async (importOriginal) => {
  if (!werift.isInstalled) throw new Error("Cannot find package 'werift'");
  return importOriginal();
});
vi.mock('@evan/opus', () => {
  throw new Error("Cannot find package '@evan/opus'");
});

let server: RealtimeServer | undefined;
afterEach(() => server?.close());

test('Opus says how to install it', async () => {
  await expect(CallCodec.load('opus')).rejects.toMatchObject({
    code: 'ERR_OPUS_MISSING',
    message: expect.stringContaining('npm install @evan/opus@1.0.3'),
  });
});

test('the answer to an offer says how to install WebRTC', async () => {
  server = createRealtimeServer();
  const { baseUrl } = await server.listen();
  const sdp =
    'v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:1\r\n';
  const response = await fetch(`${baseUrl}/realtime/calls`, { method: 'POST', body: sdp });
  expect(response.status).toBe(500);
  expect(await response.json()).toMatchObject({
    error: {
      code: 'ERR_WEBRTC_MISSING',
      message: expect.stringContaining('npm install node-datachannel@0.33.4, or npm install werift@0.25.2'),
    },
  });
});

test('a call falls back on the library without native parts', async () => {
  werift.isInstalled = true;
  vi.resetModules();
  const { answerOffer } = await import('../../src/server/webrtc/answer-offer.ts');
  const { WeriftPeer } = await import('../../src/server/webrtc/werift-peer.ts');
  const { parseOffer } = await import('../../src/server/webrtc/offer.ts');
  const { RTCPeerConnection } = await import('werift');
  const caller = new RTCPeerConnection({
    iceUseIpv4: false,
    iceUseIpv6: false,
    iceAdditionalHostAddresses: ['127.0.0.1'],
  });
  caller.addTransceiver('audio');
  caller.createDataChannel('oai-events');
  const { sdp } = await caller.createOffer();
  const ignored = { onChannelOpen() {}, onMediaOpen() {}, onText() {}, onPacket() {}, onClosed() {} };
  const peer = await answerOffer(parseOffer(sdp), { host: '127.0.0.1', library: undefined }, ignored);
  expect(peer).toBeInstanceOf(WeriftPeer);
  expect(peer.answerSdp).toMatch(/^a=candidate:.* 127\.0\.0\.1 /m);
  peer.close();
  await caller.close();
});
