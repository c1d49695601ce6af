// Our own WebRTC transport in a real browser, on the phone with the local server.

import { expect, inject, test } from 'vitest';
import { commands } from 'vitest/browser';
import { OpenAIRealtimeWebRTC, RealtimeAgent, RealtimeSession, tool } from '../../src/index.ts';
import type { OpenAIRealtimeWebRTCOptions } from '../../src/index.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { converse, EVENTS } from '../transports/scenario.ts';
import { roomTool } from '../room-tool.ts';
import { Watch } from '../watch.ts';
import { ephemeralKey } from './ephemeral-key.ts';
import { LevelProbe } from './level-probe.ts';

const callUrl = `${inject('callBaseUrl')}/realtime/calls`;

interface ClientEvent {
  readonly type: string;
  readonly item?: { readonly content?: readonly { readonly text?: string }[] };
}

/** Every event that a call of this file sent, in order. */
const sent: ClientEvent[] = [];
const send = RTCDataChannel.prototype.send as (this: RTCDataChannel, text: string) => void;
RTCDataChannel.prototype.send = function record(this: RTCDataChannel, text: string) {
  sent.push(JSON.parse(text) as ClientEvent);
  send.call(this, text);
} as RTCDataChannel['send'];

/** A session over WebRTC and what has happened in it, by name, in order. */
function makeCall(options: OpenAIRealtimeWebRTCOptions = {}) {
  const audioElement = document.createElement('audio');
  const transport = new OpenAIRealtimeWebRTC({ audioElement, baseUrl: callUrl, ...options });
  const days: string[] = [];
  const holdRoom = tool(roomTool(days));
  const session = new RealtimeSession(new RealtimeAgent({ name: 'Desk', tools: [holdRoom] }), { transport });
  const seen: string[] = [];
  const errors: unknown[] = [];
  const watch = new Watch();
  const note = (name: string): void => {
    seen.push(name);
    watch.wake();
  };
  for (const name of ['audio_start', 'audio_stopped', 'audio_interrupted', 'playback_done'] as const) {
    session.on(name, () => note(name));
  }
  session.on('transport_event', ({ type }) => note(type));
  session.on('error', ({ error }) => errors.push(error));
  const happened = (name: string, count = 1): Promise<true> =>
    watch.until(() => seen.filter((candidate) => candidate === name).length >= count || undefined);
  return { audioElement, transport, session, days, seen, errors, note, happened, watch };
}

test('a spoken turn, a tool call, a spoken and a manual interruption, and an answer heard to its end', async () => {
  const { audioElement, transport, session, days, seen, errors, happened, watch } = makeCall();
  await session.connect({ apiKey: await ephemeralKey(inject('callBaseUrl')) });
  expect(transport.callId).toMatch(/^rtc_/);
  const probe = await LevelProbe.open(audioElement.srcObject as MediaStream, watch.wake);
  const hears = (from: number, isSpeech: boolean): Promise<true> =>
    watch.until(() => (probe.spanAfter(from, isSpeech) ? true : undefined));

  await happened('audio_start');
  expect(days).toEqual(['Friday']);
  await hears(0, true);

  // The microphone barges in; the server stops by itself and is told nothing.
  await happened('audio_interrupted');
  const atInterrupt = probe.quanta;
  await happened('conversation.item.truncated');
  await hears(atInterrupt, false);

  await happened('audio_start', 2);
  await hears(probe.quanta, true);
  session.interrupt();
  await happened('conversation.item.truncated', 2);
  await hears(probe.quanta, false);

  session.sendMessage('Goodbye.');
  await happened('playback_done');
  const ours = seen.filter((name) => !name.includes('.') && name !== 'audio_stopped');
  expect(ours).toEqual([
    'audio_start',
    'audio_interrupted',
    'audio_start',
    'audio_interrupted',
    'audio_start',
    'playback_done',
  ]);
  expect(seen).not.toContain('error');
  expect(errors).toEqual([]);

  const stats = await transport.getStats();
  expect(stats?.packetsSent).toBeGreaterThan(100);
  expect(stats?.packetsReceived).toBeGreaterThan(100);
  expect(stats?.roundTripMs).toBeLessThan(1000);
  session.close();
  expect(transport.status).toBe('disconnected');
  await probe.close();
}, 60_000);

test('nothing leaves a microphone that was muted before the call, and everything once it is not', async () => {
  const { transport, session, seen, happened } = makeCall();
  session.mute(true);
  await session.connect({ apiKey: await ephemeralKey(inject('callBaseUrl')) });
  // The microphone's question lasts from 1 s to about 4 s.
  await new Promise((resolve) => setTimeout(resolve, 5500));
  expect(seen).not.toContain('input_audio_buffer.speech_started');
  expect((await transport.getStats())?.packetsSent).toBeGreaterThan(0);
  expect(session.muted).toBe(true);
  session.mute(false);
  await happened('input_audio_buffer.speech_started');
  session.close();
}, 60_000);

test('another microphone takes over within the call', async () => {
  const silent = new AudioContext();
  const nothing = silent.createMediaStreamDestination();
  const { transport, session, seen, happened } = makeCall({ mediaStream: nothing.stream });
  await session.connect({ apiKey: await ephemeralKey(inject('callBaseUrl')) });
  const { callId } = transport;
  await new Promise((resolve) => setTimeout(resolve, 1000));
  expect(seen).not.toContain('input_audio_buffer.speech_started');
  await transport.useMicrophone({ echoCancellation: false });
  await happened('input_audio_buffer.speech_started');
  expect(transport.callId).toBe(callId);
  // The app's own stream is not ours to end.
  expect(nothing.stream.getAudioTracks()[0]?.readyState).toBe('live');
  session.close();
  await silent.close();
}, 60_000);

/** A microphone that hears nothing. */
function silentMicrophone(): MediaStream {
  return new AudioContext().createMediaStreamDestination().stream;
}

test('a call that is lost is made again, and the new one is told the conversation', async () => {
  const baseUrl = inject('echoBaseUrl');
  const { session, transport, errors, happened, note } = makeCall({
    baseUrl: `${baseUrl}/realtime/calls`,
    mediaStream: silentMicrophone(),
  });
  session.on('connection', ({ state }) => note(`connection ${state}`));
  const apiKey = async (): Promise<string> => {
    const minted = await fetch(`${baseUrl}/realtime/client_secrets`, { method: 'POST' });
    return ((await minted.json()) as { value: string }).value;
  };
  await session.connect({ apiKey });
  const first = transport.callId;
  session.sendMessage('The lake is deep.');
  await happened('playback_done');
  const sentBefore = sent.length;
  const hungUp = await fetch(`${baseUrl}/realtime/calls/${first}/hangup`, {
    method: 'POST',
    headers: { Authorization: 'Bearer local' },
  });
  expect(hungUp.status).toBe(200);
  await happened('connection connected', 2);
  expect(transport.callId).not.toBe(first);
  session.sendMessage('Is it cold?');
  await happened('playback_done', 2);
  const told = sent
    .slice(sentBefore)
    .filter(({ type }) => type === 'conversation.item.create')
    .map(({ item }) => item?.content?.[0]?.text);
  expect(told).toHaveLength(3);
  expect(told[0]).toBe('The lake is deep.');
  expect(told[1]).toContain('The lake is deep.');
  expect(told[2]).toBe('Is it cold?');
  expect(errors).toEqual([]);
  session.close();
}, 60_000);

test('a network that is gone for a moment is waited for, one that is gone for 5 s is not', async () => {
  const clock = new VirtualClock(() => new Promise((resolve) => void setTimeout(resolve, 0)));
  let peer: RTCPeerConnection | undefined;
  const transport = new OpenAIRealtimeWebRTC({
    baseUrl: callUrl,
    audioElement: document.createElement('audio'),
    mediaStream: silentMicrophone(),
    clock,
    changePeerConnection: (peerConnection) => (peer = peerConnection),
  });
  const closes: unknown[] = [];
  transport.on('connection_change', (status, close) => void (status === 'disconnected' && closes.push(close)));
  await transport.connect({ apiKey: await ephemeralKey(inject('callBaseUrl')) });
  /** What the browser would say of the network. */
  const say = (state: RTCPeerConnectionState): void => {
    Object.defineProperty(peer, 'connectionState', { value: state, configurable: true });
    peer?.dispatchEvent(new Event('connectionstatechange'));
  };
  say('disconnected');
  await clock.advance(4900);
  say('connected');
  await clock.advance(60_000);
  expect(transport.status).toBe('connected');
  say('disconnected');
  await clock.advance(4900);
  expect([transport.status, closes]).toEqual(['connected', []]);
  await clock.advance(200);
  expect(transport.status).toBe('disconnected');
  expect(closes).toEqual([expect.objectContaining({ code: 1006 })]);
}, 60_000);

test('a hook that throws leaves no peer connection open', async () => {
  const { session, transport } = makeCall({
    mediaStream: silentMicrophone(),
    changePeerConnection: (peerConnection) => {
      made.push(peerConnection);
      throw new Error('no relay');
    },
  });
  const made: RTCPeerConnection[] = [];
  await expect(session.connect({ apiKey: await ephemeralKey(inject('callBaseUrl')) })).rejects.toThrow('no relay');
  expect(made.map(({ signalingState }) => signalingState)).toEqual(['closed']);
  expect(transport.status).toBe('disconnected');
});

test('close() in the listener that hears of the connection ends connect()', async () => {
  const { session, transport } = makeCall({ mediaStream: silentMicrophone() });
  transport.on('connection_change', (status) => void (status === 'connected' && session.close()));
  await expect(session.connect({ apiKey: await ephemeralKey(inject('callBaseUrl')) })).rejects.toMatchObject({
    code: 'ERR_CONNECT_ABANDONED',
  });
  expect(transport.status).toBe('disconnected');
});

/** All that a page can print of an error, its causes and its hidden fields included. */
function printed(error: unknown): string {
  if (!(error instanceof Error)) return JSON.stringify(error) ?? String(error);
  const fields = Object.getOwnPropertyNames(error).map((name) => printed(error[name as keyof Error]));
  return [String(error), error.stack, ...fields].join('\n');
}

test.each([
  ['that the server refuses', () => `${inject('callBaseUrl')}/realtime/nothing`, 'sk-very-secret'],
  ['that does not reach it', () => 'http://127.0.0.1:1/calls', 'sk-very-secret'],
  ['whose key is no header', () => callUrl, 'sk-very-secret\n-with-a-second-line'],
])('a call %s rejects without the key', async (_name, baseUrl, apiKey) => {
  const { session, errors } = makeCall({ baseUrl: baseUrl(), useInsecureApiKey: true });
  const failure = await session.connect({ apiKey }).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'ERR_CONNECT_FAILED' });
  for (const error of [failure, ...errors]) expect(printed(error)).not.toContain('very-secret');
});

test('a standing key is refused before anything is asked of the user', async () => {
  const { session } = makeCall();
  await expect(session.connect({ apiKey: 'sk-1' })).rejects.toMatchObject({ code: 'ERR_EPHEMERAL_KEY_REQUIRED' });
});

test('closing while the call is made abandons it', async () => {
  const { session, transport } = makeCall();
  const connecting = session.connect({ apiKey: await ephemeralKey(inject('callBaseUrl')) });
  connecting.catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 0));
  session.close();
  await expect(connecting).rejects.toMatchObject({ code: 'ERR_CONNECT_ABANDONED' });
  expect(transport.status).toBe('disconnected');
});

test('the conversation of every transport, with the same events in the same order', async () => {
  const context = new AudioContext();
  const voice = context.createMediaStreamDestination();
  // Without a source that goes on, silence would be no packets at all.
  const silence = new ConstantSourceNode(context, { offset: 0 });
  silence.connect(voice);
  silence.start();
  const baseUrl = inject('scenarioBaseUrl');
  const minted = await fetch(`${baseUrl}/realtime/client_secrets`, { method: 'POST' });
  const { value: apiKey } = (await minted.json()) as { value: string };
  const transport = new OpenAIRealtimeWebRTC({ mediaStream: voice.stream, baseUrl: `${baseUrl}/realtime/calls` });
  const events = await converse(transport, async (session) => {
    await session.connect({ apiKey });
    return {
      say: (file) => {
        void (async () => {
          const response = await fetch(`/src/cli/demo/speech/${file}`);
          const source = context.createBufferSource();
          source.buffer = await context.decodeAudioData(await response.arrayBuffer());
          source.connect(voice);
          source.start();
        })();
      },
      stop: () => void context.close(),
    };
  });
  expect(events).toEqual(EVENTS);
}, 60_000);

test('every event that these calls sent is one that the service takes, to a type checker', async () => {
  expect(new Set(sent.map(({ type }) => type)).size).toBeGreaterThan(4);
  expect(await commands.typeCheckClientEvents(sent)).toBe('');
}, 60_000);
