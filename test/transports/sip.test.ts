// A telephone call that the service has taken: accepted, attached to and controlled as an app would, with the `openai`
// package over real HTTP and our transport beside it.

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import OpenAI from 'openai';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { encodeMulaw } from '../../src/audio/index.ts';
import { readSpeech } from '../../src/cli/demo/wav.ts';
import { OpenAIRealtimeSIP, RealtimeAgent, RealtimeSession, tool } from '../../src/index.ts';
import { createRealtimeServer, type RealtimeServer, type SipCaller, type TappedEvent } from '../../src/server/index.ts';
import { readFileSync } from 'node:fs';
import { roomTool } from '../room-tool.ts';

const SECRET = `whsec_${Buffer.from('a key of the tests').toString('base64')}`;
const LONG =
  'The house was built in nineteen hundred and four and has forty rooms. From the upper floors you can see the lake. ' +
  'The garden behind the house is open from sunrise until ten at night.';

let server: RealtimeServer;
let hook: Server;
let openai: OpenAI;
let url: string;
let announced: { body: string; headers: Record<string, string> }[];
let toModel: TappedEvent[];

beforeEach(async () => {
  announced = [];
  toModel = [];
  hook = createServer((request, response) => {
    void (async () => {
      let body = '';
      for await (const part of request) body += String(part);
      announced.push({ body, headers: request.headers as Record<string, string> });
      response.end();
    })();
  }).listen(0, '127.0.0.1');
  await once(hook, 'listening');
  server = createRealtimeServer({
    apiKey: 'sk-local',
    scenario: {
      turns: [
        { replies: [[{ call: 'hold_room', arguments: { day: 'Friday' } }], [{ say: LONG }]] },
        { replies: [[{ say: 'As you like.' }]] },
      ],
    },
    webhook: { url: `http://127.0.0.1:${(hook.address() as AddressInfo).port}/hook`, secret: SECRET },
    onEvent: (direction, event) => void (direction === 'in' && toModel.push(event)),
  });
  const address = await server.listen({ port: 0 });
  ({ url } = address);
  openai = new OpenAI({ apiKey: 'sk-local', baseURL: address.baseUrl, webhookSecret: SECRET, maxRetries: 0 });
});

afterEach(async () => {
  await server.close();
  hook.closeAllConnections();
  await new Promise((resolve) => void hook.close(resolve));
});

const SPEECH = new URL('../../src/cli/demo/speech/', import.meta.url);

/** The caller's voice, a packet every 20 ms, with silence behind each line. */
class Telephone {
  readonly #caller: SipCaller;
  readonly #timer: NodeJS.Timeout;
  #line: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  loudPackets = 0;

  constructor(caller: SipCaller) {
    this.#caller = caller;
    const silence = new Uint8Array(160).fill(0xff);
    this.#timer = setInterval(() => {
      const packet = this.#line.slice(0, 160);
      this.#line = this.#line.slice(160);
      this.#caller.speak(packet.length === 160 ? packet : silence);
    }, 20);
    caller.onPacket((mulaw) => {
      // µ-law of small magnitude is near 0x7f and 0xff.
      if (mulaw.some((octet) => (octet & 0x7f) < 0x60)) this.loudPackets += 1;
    });
  }

  say(file: string): void {
    this.#line = encodeMulaw(readSpeech(readFileSync(new URL(file, SPEECH)), 8000));
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

describe('a call that the service has taken', () => {
  it('is accepted by webhook, runs a tool, is barged into, referred and hung up', { timeout: 40_000 }, async () => {
    const caller = await server.ring({ sipHeaders: [{ name: 'From', value: 'sip:+4930@example.org' }] });
    const [{ body, headers } = { body: '', headers: {} }] = announced;
    const incoming = await openai.webhooks.unwrap(body, headers);
    if (incoming.type !== 'realtime.call.incoming') throw new Error(`no call: ${incoming.type}`);
    const { call_id: callId } = incoming.data;

    const days: string[] = [];
    const holdRoom = tool(roomTool(days));
    const agent = new RealtimeAgent({ name: 'Front desk', tools: [holdRoom] });
    const config = await OpenAIRealtimeSIP.buildInitialConfig(agent);
    await openai.realtime.calls.accept(callId, config as Parameters<typeof openai.realtime.calls.accept>[1]);

    const transport = new OpenAIRealtimeSIP({ calls: openai.realtime.calls });
    const session = new RealtimeSession(agent, { transport });
    const seen: string[] = [];
    const errors: unknown[] = [];
    session.on('error', ({ error }) => errors.push(error));
    session.on('audio_start', () => void seen.push('audio_start'));
    session.on('audio_stopped', () => void seen.push('audio_stopped'));
    session.on('audio_interrupted', () => void seen.push('audio_interrupted'));
    session.on('playback_done', () => void seen.push('playback_done'));
    await session.connect({ apiKey: 'sk-local', url: `${url}?call_id=${encodeURIComponent(callId)}`, callId });

    const telephone = new Telephone(caller);
    telephone.say('1-hold-a-room-44100.wav');
    await vi.waitFor(() => expect(seen).toContain('audio_start'), { timeout: 15_000, interval: 20 });
    expect(days).toEqual(['Friday']);
    await vi.waitFor(() => expect(telephone.loudPackets).toBeGreaterThan(40), { timeout: 10_000, interval: 20 });
    telephone.say('3-stop-24000.wav');
    await vi.waitFor(() => expect(seen).toContain('playback_done'), { timeout: 20_000, interval: 20 });
    telephone.stop();

    // The first answer was cut by the server alone, the second was heard to its end.
    const sent = toModel.map(({ type }) => type);
    expect(sent).not.toContain('conversation.item.truncate');
    expect(sent).not.toContain('output_audio_buffer.clear');
    expect(seen.filter((name) => name !== 'audio_stopped')).toEqual([
      'audio_start',
      'audio_interrupted',
      'audio_start',
      'playback_done',
    ]);
    expect(errors).toEqual([]);

    await transport.refer('tel:+14155550123');
    expect(await caller.ended).toEqual({ reason: 'refer', target: 'tel:+14155550123' });
    session.close();
  });

  it('is stopped by the app with one clear, and hung up', { timeout: 30_000 }, async () => {
    const caller = await server.ring();
    const agent = new RealtimeAgent({ name: 'Front desk' });
    const config = await OpenAIRealtimeSIP.buildInitialConfig(agent);
    await openai.realtime.calls.accept(caller.callId, config as Parameters<typeof openai.realtime.calls.accept>[1]);
    const transport = new OpenAIRealtimeSIP({ calls: openai.realtime.calls });
    const session = new RealtimeSession(agent, { transport });
    session.on('error', () => {});
    const started = new Promise<void>((resolve) => void session.on('audio_start', () => resolve()));
    await session.connect({ apiKey: 'sk-local', url: `${url}?call_id=${caller.callId}`, callId: caller.callId });
    const telephone = new Telephone(caller);
    session.sendMessage('Hello');
    session.sendMessage('Tell me about the house.');
    await started;
    session.interrupt();
    await vi.waitFor(() => expect(toModel.map(({ type }) => type)).toContain('output_audio_buffer.clear'), 5000);
    expect(toModel.filter(({ type }) => type === 'output_audio_buffer.clear')).toHaveLength(1);
    await transport.hangUp();
    expect(await caller.ended).toEqual({ reason: 'hangup' });
    telephone.stop();
    session.close();
  });

  it('needs a call, brings its own audio, and takes no thresholds', async () => {
    const transport = new OpenAIRealtimeSIP();
    await expect(transport.connect({ apiKey: 'sk' })).rejects.toMatchObject({ code: 'ERR_SIP_CALL_ID' });
    expect(() => transport.sendAudio()).toThrowError(expect.objectContaining({ code: 'ERR_SIP_AUDIO' }));
    await expect(transport.refer('tel:+1')).rejects.toMatchObject({ code: 'ERR_SIP_CALLS' });
    const turnDetection = { type: 'server_vad' as const, silenceDurationMs: 400 };
    await expect(
      OpenAIRealtimeSIP.buildInitialConfig(new RealtimeAgent({ name: 'Desk' }), {
        config: { audio: { input: { turnDetection } } },
      }),
    ).rejects.toMatchObject({
      code: 'ERR_SIP_TURN_DETECTION',
      message: expect.stringContaining('silence_duration_ms'),
    });
  });
});
