// The promise of the package, in a browser: what the server is told was heard is what the output of the context has.

import { expect, inject, test } from 'vitest';
import { decodeBase64, pcm16FromBytes, WIRE_SAMPLE_RATE } from '../../../src/audio/index.ts';
import { browserAudio } from '../../../src/browser/index.ts';
import { RealtimeAgent, RealtimeSession } from '../../../src/index.ts';
import { OutputRecorder } from '../output-recorder.ts';
import { findPlaceOfEnd } from '../place-of-end.ts';

const BARGE_INS = 20;
const RATE = 48_000;
const QUANTUM_MS = (128 * 1000) / RATE;
/** Between two answers there is more silence than this, in one only if its audio comes late. */
const PAUSE_FRAMES = RATE / 10;

interface WireEvent {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** The stretches of sound that silence follows. */
function soundsOf(recording: Float32Array): Float32Array[] {
  const sounds: Float32Array[] = [];
  let first = -1;
  let last = -1;
  for (const [i, sample] of recording.entries()) {
    if (sample !== 0) {
      if (first < 0) first = i;
      last = i;
    } else if (first >= 0 && i - last > PAUSE_FRAMES) {
      sounds.push(recording.subarray(first, last + 1));
      first = -1;
    }
  }
  return sounds;
}

const ROUTES = [
  { route: 'shared memory', sharedMemory: true },
  { route: 'messages', sharedMemory: false },
];

/** Both at once, to the same voice: it takes half a minute to speak. */
test.concurrent.each(ROUTES)(
  `by $route, of ${BARGE_INS} spoken barge-ins the server is told what a recording of the output has, to a quantum and a millisecond`,
  async ({ sharedMemory }) => {
    const context = new AudioContext({ sampleRate: RATE });
    const recorder = await OutputRecorder.open(context);
    recorder.node.connect(context.destination);
    const audio = browserAudio({
      context,
      destination: recorder.node,
      sharedMemory,
      playbackWorkletUrl: new URL('../../../dist/worklets/playback.js', import.meta.url),
      captureWorkletUrl: new URL('../../../dist/worklets/capture.js', import.meta.url),
      // The noise of the answers is no echo; it never reaches this microphone.
      echoCancellation: false,
      noiseSuppression: false,
      autoGainControl: false,
    });
    const session = new RealtimeSession(new RealtimeAgent({ name: 'Noise' }), {
      transport: 'websocket',
      audio,
      config: { audio: { input: { turnDetection: { type: 'server_vad', silenceDurationMs: 300 } } } },
    });
    const received = new Map<string, Int16Array[]>();
    const truncated: { readonly itemId: string; readonly audioEndMs: number }[] = [];
    const errors: unknown[] = [];
    const enough = new Promise<void>((resolve) => {
      session.transport.on('*', (event) => {
        const { type, ...rest } = event as WireEvent;
        const itemId = String(rest['item_id']);
        if (type === 'response.output_audio.delta') {
          const samples = pcm16FromBytes(decodeBase64(String(rest['delta'])));
          received.set(itemId, [...(received.get(itemId) ?? []), samples]);
        } else if (type === 'conversation.item.truncated') {
          truncated.push({ itemId, audioEndMs: Number(rest['audio_end_ms']) });
          if (truncated.length === BARGE_INS) resolve();
        } else if (type === 'error') errors.push(event);
      });
    });
    session.on('error', (error) => errors.push(error));
    audio.on('error', (error) => errors.push(error));
    await session.connect({ apiKey: 'ek_local', url: `${inject('noiseBaseUrl').replace('http', 'ws')}/realtime` });
    expect([audio.speaker.isShared, audio.microphone?.isShared]).toEqual([sharedMemory, sharedMemory]);
    await enough;
    // Before the next answer.
    await recorder.fallsSilent(PAUSE_FRAMES + 128);
    session.close();

    const sounds = soundsOf(recorder.recording);
    // A page that a busy machine holds up is late with its goodbye: the next answer has begun then, and is cut off as well.
    const judged = truncated.slice(0, BARGE_INS);
    let next = 0;
    const errorsMs = judged.map(({ itemId, audioEndMs }) => {
      const item = Int16Array.from((received.get(itemId) ?? []).flatMap((samples) => [...samples]));
      const around = (audioEndMs * WIRE_SAMPLE_RATE) / 1000;
      const rates = { recording: RATE, item: WIRE_SAMPLE_RATE };
      let place: number | null = null;
      // In their order; what ends elsewhere is the part of an answer before a gap.
      while (place === null && next < sounds.length) {
        place = findPlaceOfEnd(sounds[next++] ?? new Float32Array(0), item, rates, around);
      }
      expect(place, `the end of ${itemId}`).not.toBeNull();
      return audioEndMs - ((place ?? 0) * 1000) / WIRE_SAMPLE_RATE;
    });
    for (const errorMs of errorsMs) expect(Math.abs(errorMs)).toBeLessThanOrEqual(QUANTUM_MS + 1);
    expect(errors).toEqual([]);
    await audio.dispose();
    await context.close();
  },
  90_000,
);
