// Calls that come in: the app's side by the `openai` package over real HTTP, the telephone line on a virtual clock.

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import OpenAI from 'openai';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { decodeMulaw, encodeMulaw } from '../../src/audio/g711.ts';
import { createRealtimeServer, FliteVoice, type RealtimeServer, type SipCaller } from '../../src/server/index.ts';
import type { TappedEvent } from '../../src/server/index.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { toneVoice, turns } from './scripted-client.ts';

const SECRET = `whsec_${Buffer.from('a key of the tests').toString('base64')}`;
const ANSWER = 'Yes, there is a room for you on Friday, and it looks out on the lake.';
const SESSION = { type: 'realtime', instructions: 'You are the front desk.' } as const;

let clock: VirtualClock;
let server: RealtimeServer;
let hook: Server;
let openai: OpenAI;
let url: string;
let requests: { body: string; headers: Record<string, string> }[];
let hookStatus: number;
let events: TappedEvent[];

beforeEach(async () => {
  clock = new VirtualClock(turns);
  requests = [];
  events = [];
  hookStatus = 200;
  hook = createServer((request, response) => {
    void (async () => {
      let body = '';
      for await (const part of request) body += String(part);
      requests.push({ body, headers: request.headers as Record<string, string> });
      response.writeHead(hookStatus).end();
    })();
  }).listen(0, '127.0.0.1');
  await once(hook, 'listening');
  server = createRealtimeServer({
    clock,
    voice: toneVoice,
    apiKey: 'sk-local',
    scenario: { turns: [{ replies: [[{ say: ANSWER }]] }] },
    webhook: { url: `http://127.0.0.1:${(hook.address() as AddressInfo).port}/hook`, secret: SECRET },
    onEvent: (_direction, event) => void events.push(event),
  });
  const address = await server.listen();
  ({ url } = address);
  openai = new OpenAI({ apiKey: 'sk-local', baseURL: address.baseUrl, webhookSecret: SECRET, maxRetries: 0 });
});

afterEach(async () => {
  await server.close();
  hook.closeAllConnections();
  await new Promise((resolve) => void hook.close(resolve));
});

/** A short question in µ-law. */
async function question(): Promise<Uint8Array<ArrayBuffer>> {
  const voice = new FliteVoice();
  const samples = await voice.synthesize({ text: 'Is there a room?', voice: 'cedar', speed: 1, sampleRate: 8000 });
  await voice.close();
  return encodeMulaw(samples);
}

/** Speaks packet by packet, silence behind the speech, until `isDone`. */
async function speakUntil(caller: SipCaller, mulaw: Uint8Array<ArrayBuffer>, isDone: () => boolean): Promise<void> {
  const silence = encodeMulaw(new Int16Array(160));
  for (let at = 0; !isDone() && at < 60 * 8000; at += 160) {
    const packet = mulaw.slice(at, at + 160);
    caller.speak(packet.length === 160 ? packet : silence);
    await clock.advance(20);
  }
}

const has = (type: string, count = 1): boolean => events.filter((event) => event.type === type).length >= count;

describe('a call that comes in', () => {
  test('is announced by a signed webhook, accepted, answered aloud, and cut at exactly what the caller was sent', async () => {
    const caller = await server.ring({ sipHeaders: [{ name: 'From', value: 'sip:+4930@example.org' }] });
    const [{ body, headers } = { body: '', headers: {} }] = requests;
    const incoming = await openai.webhooks.unwrap(body, headers);
    expect(incoming).toMatchObject({
      type: 'realtime.call.incoming',
      data: { call_id: caller.callId, sip_headers: [{ name: 'From', value: 'sip:+4930@example.org' }] },
    });
    await expect(openai.webhooks.unwrap(`${body} `, headers)).rejects.toThrow();
    await openai.realtime.calls.accept(caller.callId, SESSION);
    expect(await caller.outcome).toEqual({ status: 'answered' });

    let loudPackets = 0;
    let packets = 0;
    caller.onPacket((mulaw) => {
      packets += 1;
      if (!has('output_audio_buffer.cleared') && decodeMulaw(Uint8Array.from(mulaw)).some((x) => Math.abs(x) > 1000)) {
        loudPackets += 1;
      }
    });
    const speech = await question();
    const startMs = clock.nowMs();
    await speakUntil(caller, speech, () => has('output_audio_buffer.started'));
    await speakUntil(caller, speech, () => has('output_audio_buffer.cleared'));
    expect(packets).toBe((clock.nowMs() - startMs) / 20);

    const types = events.map(({ type }) => type);
    expect(types.slice(types.lastIndexOf('input_audio_buffer.speech_started'))).toEqual([
      'input_audio_buffer.speech_started',
      'response.output_audio.done',
      'response.output_audio_transcript.done',
      'response.content_part.done',
      'response.output_item.done',
      'conversation.item.done',
      'response.done',
      'rate_limits.updated',
      'output_audio_buffer.cleared',
      'conversation.item.truncated',
    ]);
    const truncated = events.find(({ type }) => type === 'conversation.item.truncated');
    expect(truncated?.['audio_end_ms']).toBe(loudPackets * 20);
    expect(types).not.toContain('response.output_audio.delta');

    await openai.realtime.calls.hangup(caller.callId);
    expect(await caller.ended).toEqual({ reason: 'hangup' });
  });

  test('passes on the keys that the caller presses', async () => {
    const caller = await server.ring();
    await openai.realtime.calls.accept(caller.callId, SESSION);
    for (const key of ['9', '#']) caller.press(key);
    const pressed = events.filter(({ type }) => type === 'input_audio_buffer.dtmf_event_received');
    expect(pressed).toEqual(
      ['9', '#'].map((event) => ({
        type: 'input_audio_buffer.dtmf_event_received',
        event,
        received_at: expect.any(Number),
      })),
    );
    expect(() => caller.press('12')).toThrow(expect.objectContaining({ code: 'ERR_DTMF' }));
    caller.hangUp();
  });

  test('is controlled over a sideband connection while it lasts', async () => {
    const caller = await server.ring();
    const sideband = (callId: string): WebSocket =>
      new WebSocket(`${url}?call_id=${callId}`, { headers: { authorization: 'Bearer sk-local' } });
    const statusOf = (socket: WebSocket): Promise<unknown> =>
      new Promise((resolve) => {
        socket.on('error', () => {});
        socket.once('unexpected-response', (_request, response) => resolve(response.statusCode));
      });
    expect(await statusOf(sideband(caller.callId))).toBe(404);
    expect(await statusOf(sideband('rtc_unknown'))).toBe(404);
    await openai.realtime.calls.accept(caller.callId, SESSION);
    const [first, second] = [sideband(caller.callId), sideband(caller.callId)];
    const greetings = await Promise.all([once(first, 'message'), once(second, 'message')]);
    for (const [frame] of greetings) {
      expect(JSON.parse(String(frame as Buffer))).toMatchObject({ type: 'session.created', session: SESSION });
    }
    const [seenByFirst, seenBySecond] = [once(first, 'message'), once(second, 'message')];
    second.send(JSON.stringify({ type: 'session.update', session: { type: 'realtime', instructions: 'Be brief.' } }));
    for (const [frame] of await Promise.all([seenByFirst, seenBySecond])) {
      expect(JSON.parse(String(frame as Buffer))).toMatchObject({
        type: 'session.updated',
        session: { instructions: 'Be brief.' },
      });
    }
    const closed = Promise.all([once(first, 'close'), once(second, 'close')]);
    caller.hangUp();
    expect((await closed).map(([code]) => code as number)).toEqual([1000, 1000]);
  });

  test('can be rejected, referred, and given up', async () => {
    const declined = await server.ring();
    await openai.realtime.calls.reject(declined.callId);
    expect(await declined.outcome).toEqual({ status: 'rejected', sipStatus: 603 });
    const busy = await server.ring();
    await openai.realtime.calls.reject(busy.callId, { status_code: 486 });
    expect(await busy.outcome).toEqual({ status: 'rejected', sipStatus: 486 });
    expect(await busy.ended).toEqual({ reason: 'rejected' });

    const sentOn = await server.ring();
    await openai.realtime.calls.accept(sentOn.callId, SESSION);
    await openai.realtime.calls.refer(sentOn.callId, { target_uri: 'tel:+14155550123' });
    expect(await sentOn.ended).toEqual({ reason: 'refer', target: 'tel:+14155550123' });

    const unheard = await server.ring();
    await clock.advance(60_000);
    expect(await unheard.outcome).toEqual({ status: 'rejected', sipStatus: 480 });
    const impatient = await server.ring();
    impatient.hangUp();
    expect(await impatient.outcome).toEqual({ status: 'rejected', sipStatus: 487 });
  });

  test('refuses what it cannot do', async () => {
    const { calls } = openai.realtime;
    await expect(calls.accept('rtc_unknown', SESSION)).rejects.toMatchObject({
      status: 404,
      code: 'call_id_not_found',
    });
    const caller = await server.ring();
    await expect(calls.refer(caller.callId, { target_uri: 'tel:+1' })).rejects.toMatchObject({ status: 409 });
    await expect(calls.reject(caller.callId, { status_code: 200 })).rejects.toMatchObject({ param: 'status_code' });
    const detection = { type: 'server_vad', threshold: 0.7 } as const;
    const wrong = { ...SESSION, audio: { input: { turn_detection: detection } } };
    await expect(calls.accept(caller.callId, wrong)).rejects.toMatchObject({
      status: 400,
      param: 'audio.input.turn_detection.threshold',
    });
    await calls.accept(caller.callId, SESSION);
    await expect(calls.accept(caller.callId, SESSION)).rejects.toMatchObject({
      status: 409,
      code: 'invalid_call_state',
    });
    await expect(calls.refer(caller.callId, { target_uri: 'mailto:x' })).rejects.toMatchObject({ param: 'target_uri' });
    hookStatus = 500;
    await expect(server.ring()).rejects.toMatchObject({ code: 'ERR_WEBHOOK' });
    await expect(createRealtimeServer().ring()).rejects.toMatchObject({ code: 'ERR_WEBHOOK' });
    expect(() => createRealtimeServer({ webhook: { url: 'nowhere', secret: SECRET } })).toThrow('webhook.url');
    expect(() => createRealtimeServer({ webhook: { url: 'http://x', secret: 'plain' } })).toThrow('webhook.secret');
  });
});
