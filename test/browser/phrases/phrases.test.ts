// Words, both ways, through a real browser: what its microphone says is recognised by the server, and what its speaker
// would play is recognised again.

import { OpenAIRealtimeWebRTC, RealtimeAgent, RealtimeSession } from '@openai/agents-realtime';
import { expect, inject, test } from 'vitest';
import { encodeBase64 } from '../../../src/audio/base64.ts';
import { bytesFromPcm16 } from '../../../src/audio/pcm16.ts';
import { EXCHANGES } from './phrases.ts';
import { ephemeralKey } from '../ephemeral-key.ts';
import { type WireEvent, WireLog } from '../wire-log.ts';
import { TrackRecorder } from './track-recorder.ts';

const SAMPLE_RATE = 24_000;
const SPEECH_RMS = 0.02;
const SILENCE_RMS = 0.001;
/** What the server has sent is still in the jitter buffer for a while: an answer is over when it is quiet for so long. */
const QUIET_FRAMES = SAMPLE_RATE / 2;
const TRANSCRIBED = 'conversation.item.input_audio_transcription.completed';

/** What the server's ears make of a recording. */
async function recognise(url: string, recordings: readonly Int16Array<ArrayBuffer>[]): Promise<unknown[]> {
  const socket = new WebSocket(url);
  const events = new WireLog();
  socket.addEventListener('message', ({ data }) => events.add(JSON.parse(data as string) as WireEvent));
  await events.event('session.created');
  const send = (event: object): void => socket.send(JSON.stringify(event));
  const input = { turn_detection: null, transcription: { model: 'whisper-1' } };
  send({ type: 'session.update', session: { type: 'realtime', audio: { input } } });
  const texts: unknown[] = [];
  for (const [i, recording] of recordings.entries()) {
    send({ type: 'input_audio_buffer.append', audio: encodeBase64(bytesFromPcm16(recording)) });
    send({ type: 'input_audio_buffer.commit' });
    texts.push((await events.event(TRANSCRIBED, i + 1))['transcript']);
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
    const apiKey = await ephemeralKey(baseUrl);
    const audioElement = document.createElement('audio');
    const transport = new OpenAIRealtimeWebRTC({ audioElement, baseUrl: `${baseUrl}/realtime/calls` });
    const session = new RealtimeSession(new RealtimeAgent({ name: 'Desk' }), { transport });
    const events = new WireLog();
    transport.on('*', events.add);
    await session.connect({ apiKey });
    const recorder = await TrackRecorder.open(audioElement.srcObject as MediaStream, SAMPLE_RATE);

    const heard: unknown[] = [];
    const recordings: Int16Array<ArrayBuffer>[] = [];
    for (const i of EXCHANGES.keys()) {
      heard.push((await events.event(TRANSCRIBED, i + 1))['transcript']);
      await events.event('output_audio_buffer.started', i + 1);
      const from = recorder.frames;
      await events.event('output_audio_buffer.stopped', i + 1);
      recordings.push(await recorder.from(from, isOver));
    }
    expect(heard).toEqual(EXCHANGES.map(({ asked }) => asked));
    expect(await recognise(url, recordings)).toEqual(EXCHANGES.map(({ answered }) => answered));

    const { peerConnection } = transport.connectionState;
    const stats = [...((await peerConnection?.getStats())?.values() ?? [])] as Record<string, unknown>[];
    const inbound = stats.find(({ type, kind }) => type === 'inbound-rtp' && kind === 'audio');
    expect(stats.find(({ id }) => id === inbound?.['codecId'])).toMatchObject({ mimeType: 'audio/opus' });
    expect(events.events.filter(({ type }) => type === 'error')).toEqual([]);
    session.close();
    await recorder.close();
  },
);
