// Words, both ways, through a real browser: what its microphone says is recognised by the server, and what its speaker
// would play is recognised again.

import { OpenAIRealtimeWebRTC, RealtimeAgent, RealtimeSession } from '@openai/agents-realtime';
import { expect, inject, test } from 'vitest';
import { encodeBase64 } from '../../../src/audio/base64.ts';
import { bytesFromPcm16 } from '../../../src/audio/pcm16.ts';
import { EXCHANGES } from './phrases.ts';
import { TrackRecorder } from './track-recorder.ts';

const SAMPLE_RATE = 24_000;
const SPEECH_RMS = 0.02;
const SILENCE_RMS = 0.001;
/** What the server has sent is still in the jitter buffer for a while: an answer is over when it is quiet for so long. */
const QUIET_FRAMES = SAMPLE_RATE / 2;
const TRANSCRIBED = 'conversation.item.input_audio_transcription.completed';

interface WireEvent {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** Waits for events of a type, one by one. */
class Events {
  readonly seen: WireEvent[] = [];
  readonly #waiting = new Set<() => void>();

  add(event: WireEvent): void {
    this.seen.push(event);
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  async nth(type: string, nth: number): Promise<WireEvent> {
    for (;;) {
      const event = this.seen.filter((candidate) => candidate.type === type)[nth];
      if (event !== undefined) return event;
      await new Promise<void>((resolve) => void this.#waiting.add(resolve));
    }
  }
}

/** What the server's ears make of a recording. */
async function recognise(url: string, recordings: readonly Int16Array<ArrayBuffer>[]): Promise<unknown[]> {
  const socket = new WebSocket(url);
  const events = new Events();
  socket.addEventListener('message', ({ data }) => events.add(JSON.parse(data as string) as WireEvent));
  await events.nth('session.created', 0);
  const send = (event: object): void => socket.send(JSON.stringify(event));
  const input = { turn_detection: null, transcription: { model: 'whisper-1' } };
  send({ type: 'session.update', session: { type: 'realtime', audio: { input } } });
  const texts: unknown[] = [];
  for (const [i, recording] of recordings.entries()) {
    send({ type: 'input_audio_buffer.append', audio: encodeBase64(bytesFromPcm16(recording)) });
    send({ type: 'input_audio_buffer.commit' });
    texts.push((await events.nth(TRANSCRIBED, i))['transcript']);
  }
  socket.close();
  return texts;
}

function rms(samples: Int16Array): number {
  return Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length) / 32_768;
}

/** Whether a recording has speech in it and silence behind. */
function isOver(recording: Int16Array): boolean {
  return rms(recording) > SPEECH_RMS && rms(recording.subarray(-QUIET_FRAMES)) < SILENCE_RMS;
}

const server = inject('phrasesServer');

test.skipIf(server === null)(
  'three phrases are recognised word for word over WebRTC, and so are the answers as the browser hears them (needs PocketSphinx)',
  { timeout: 90_000 },
  async () => {
    const { url, baseUrl } = server ?? { url: '', baseUrl: '' };
    const minted = await fetch(`${baseUrl}/realtime/client_secrets`, { method: 'POST' });
    const { value: apiKey } = (await minted.json()) as { value: string };
    const audioElement = document.createElement('audio');
    const transport = new OpenAIRealtimeWebRTC({ audioElement, baseUrl: `${baseUrl}/realtime/calls` });
    const session = new RealtimeSession(new RealtimeAgent({ name: 'Desk' }), { transport });
    const events = new Events();
    transport.on('*', (event: WireEvent) => events.add(event));
    await session.connect({ apiKey });
    const recorder = await TrackRecorder.open(audioElement.srcObject as MediaStream, SAMPLE_RATE);

    const heard: unknown[] = [];
    const recordings: Int16Array<ArrayBuffer>[] = [];
    for (const i of EXCHANGES.keys()) {
      heard.push((await events.nth(TRANSCRIBED, i))['transcript']);
      await events.nth('output_audio_buffer.started', i);
      const from = recorder.frames;
      await events.nth('output_audio_buffer.stopped', i);
      recordings.push(await recorder.from(from, isOver));
    }
    expect(heard).toEqual(EXCHANGES.map(({ asked }) => asked));
    expect(await recognise(url, recordings)).toEqual(EXCHANGES.map(({ answered }) => answered));

    const { peerConnection } = transport.connectionState;
    const stats = [...((await peerConnection?.getStats())?.values() ?? [])] as Record<string, unknown>[];
    const inbound = stats.find(({ type, kind }) => type === 'inbound-rtp' && kind === 'audio');
    expect(stats.find(({ id }) => id === inbound?.['codecId'])).toMatchObject({ mimeType: 'audio/opus' });
    expect(events.seen.filter(({ type }) => type === 'error')).toEqual([]);
    session.close();
    await recorder.close();
  },
);
