// What the transport decides alone, and that it decides nothing when it is driven.

import { describe, expect, it, vi } from 'vitest';
import { encodeBase64 } from '../../src/audio/base64.ts';
import { decodeMulaw } from '../../src/audio/g711.ts';
import { AudioError, UserError } from '../../src/errors.ts';
import type { ItemPosition, PlayoutPacket, SessionPlayout } from '../../src/playout/playout.ts';
import type { VirtualPlayout } from '../../src/playout/virtual-playout.ts';
import { OpenAIRealtimeWebSocket } from '../../src/transports/openai-websocket.ts';
import type { OpenAIRealtimeWebSocketOptions } from '../../src/transports/openai-websocket.ts';
import { ScriptedSocket } from '../../src/testing/scripted-socket.ts';
import { connectedRig, virtualClock } from './connected-rig.ts';

const SECOND = new Int16Array(24_000);

function bytesOf(samples: Int16Array): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}

const created = (id: string) => ({ type: 'response.created', response: { id } });
const done = (id: string, status = 'completed') => ({ type: 'response.done', response: { id, status } });
const delta = (response_id: string, item_id: string, samples: Int16Array = SECOND) => ({
  type: 'response.output_audio.delta',
  response_id,
  item_id,
  content_index: 0,
  delta: encodeBase64(bytesOf(samples)),
});
const audioDone = (response_id: string, item_id: string) => ({
  type: 'response.output_audio.done',
  response_id,
  item_id,
  content_index: 0,
});
const speechStarted = { type: 'input_audio_buffer.speech_started', item_id: 'u', audio_start_ms: 0 };
const speechStopped = { type: 'input_audio_buffer.speech_stopped', item_id: 'u', audio_end_ms: 500 };
const truncate = (item_id: string, audio_end_ms: number) => ({
  type: 'conversation.item.truncate',
  item_id,
  content_index: 0,
  audio_end_ms,
});

/** A playout that keeps what it gets and reports when the test says so. */
class RecordingPlayout implements SessionPlayout {
  listener: SessionPlayout['listener'] = null;
  readonly packets: PlayoutPacket[] = [];
  readonly ended: string[] = [];
  readonly flushed: string[] = [];
  items: ItemPosition[] = [];
  readonly sampleRate: number;

  constructor(sampleRate: number) {
    this.sampleRate = sampleRate;
  }
  write(packet: PlayoutPacket): void {
    this.packets.push(packet);
  }
  end(itemId: string): void {
    this.ended.push(itemId);
  }
  flush(interruptId: string): void {
    this.flushed.push(interruptId);
  }
  pause(): void {}
  duck(): void {}
  unduck(): void {}
  resume(): void {}
  positions(): readonly ItemPosition[] {
    return this.items;
  }
}

describe('audio of the model', () => {
  it('goes to the playout and then out, decoded once', async () => {
    const playout = new RecordingPlayout(24_000);
    const { socket, transport } = await connectedRig({ playout });
    const heard: unknown[] = [];
    transport.on('audio', (event) => {
      expect(playout.packets).toHaveLength(1);
      heard.push(event);
    });
    const samples = Int16Array.of(1, -2, 300);
    socket.receive(created('r'));
    socket.receive(delta('r', 'a', samples));
    expect(playout.packets).toEqual([{ itemId: 'a', contentIndex: 0, responseId: 'r', samples }]);
    expect(heard).toEqual([
      { type: 'audio', data: bytesOf(samples).slice().buffer, responseId: 'r', itemId: 'a', contentIndex: 0 },
    ]);
    socket.receive(audioDone('r', 'a'));
    expect(playout.ended).toEqual(['a']);
  });

  it('that is malformed base64 is a typed error, and the conversation goes on', async () => {
    const { socket, takeEvents } = await connectedRig();
    socket.receive({ ...delta('r', 'a'), delta: '!!!!' });
    const failure = { type: 'error', error: expect.any(AudioError), code: 'ERR_BASE64' };
    expect(takeEvents()).toEqual([['error', failure]]);
    socket.receive(delta('r', 'a'));
    expect(takeEvents().map(([name]) => name)).toEqual(['audio']);
  });

  it.each([
    ['once', [3, 5]],
    ['again and again', [1, 1, 1, 3, 1, 1]],
    ['around an empty one', [3, 0, 5]],
  ])('whose samples deltas cut in two (%s) is whole', async (_name, lengths) => {
    const { socket, transport, takeEvents } = await connectedRig();
    const bytes = Uint8Array.from({ length: 8 }, (_, n) => n + 1);
    const heard: number[] = [];
    transport.on('audio', ({ data }) => void heard.push(...new Uint8Array(data)));
    let from = 0;
    for (const length of lengths) {
      const text = Buffer.from(bytes.subarray(from, (from += length))).toString('base64');
      socket.receive({ ...delta('r', 'a'), delta: text });
    }
    socket.receive(audioDone('r', 'a'));
    expect(heard).toEqual([...bytes]);
    expect(transport.playout.positions()).toMatchObject([{ itemId: 'a', receivedFrames: 4 }]);
    expect(takeEvents().filter(([name]) => name === 'error')).toEqual([]);
  });

  it('that ends in the middle of a sample is an error, and the next item has nothing of it', async () => {
    const { socket, transport, takeEvents } = await connectedRig();
    socket.receive({ ...delta('r', 'a'), delta: 'AQID' });
    expect(transport.playout.positions()).toMatchObject([{ itemId: 'a', receivedFrames: 1 }]);
    socket.receive(audioDone('r', 'a'));
    const failure = { type: 'error', error: expect.any(AudioError), code: 'ERR_PCM16_ODD_LENGTH' };
    expect(takeEvents().filter(([name]) => name === 'error')).toEqual([['error', failure]]);
    const heard: number[] = [];
    transport.on('audio', ({ data }) => void heard.push(...new Uint8Array(data)));
    socket.receive({ ...delta('r', 'b'), delta: 'BAUGBw==' });
    expect(heard).toEqual([4, 5, 6, 7]);
  });

  it('in G.711 is counted at 8 kHz and handed out as it came', async () => {
    const { socket, transport } = await connectedRig({ config: { audio: { output: { format: 'g711_ulaw' } } } });
    expect(transport.playout.sampleRate).toBe(8000);
    const octets = Uint8Array.from({ length: 160 }, (_, i) => i);
    const data: ArrayBuffer[] = [];
    transport.on('audio', (event) => data.push(event.data));
    socket.receive({ ...delta('r', 'a'), delta: encodeBase64(octets) });
    expect(data).toEqual([octets.buffer]);
    expect(transport.playout.positions()).toEqual([
      { itemId: 'a', contentIndex: 0, responseId: 'r', receivedFrames: 160, renderedFrames: 0 },
    ]);
  });

  it('in G.711 reaches a playout of that rate as PCM16', async () => {
    const playout = new RecordingPlayout(8000);
    const { socket } = await connectedRig({ playout, config: { outputAudioFormat: 'g711_ulaw' } });
    const octets = Uint8Array.from({ length: 256 }, (_, i) => i);
    socket.receive({ ...delta('r', 'a'), delta: encodeBase64(octets) });
    expect(playout.packets[0]?.samples).toEqual(decodeMulaw(octets));
  });

  it('moves the listener along when the default playout is replaced', async () => {
    const socket = new ScriptedSocket();
    const transport = new OpenAIRealtimeWebSocket({
      clock: virtualClock(),
      createWebSocket: async () => socket,
      skipOpenEventListeners: true,
    });
    transport.drive();
    const listener = { onReport: vi.fn(), onStarted: vi.fn(), onDone: vi.fn() };
    transport.playout.listener = listener;
    await transport.connect({ apiKey: 'ek_test', initialSessionConfig: { outputAudioFormat: 'g711_alaw' } });
    expect(transport.playout.sampleRate).toBe(8000);
    expect(transport.playout.listener).toBe(listener);
  });

  it('needs a playout of its rate', async () => {
    const rig = connectedRig({ playout: new RecordingPlayout(24_000), config: { outputAudioFormat: 'g711_ulaw' } });
    await expect(rig).rejects.toThrowError(
      expect.objectContaining({ constructor: UserError, code: 'ERR_PLAYOUT_RATE' }),
    );
  });
});

describe('alone, when the user speaks', () => {
  it('the transport truncates at what was played and refuses what comes late', async () => {
    const { socket, clock, takeEvents, transport } = await connectedRig();
    socket.receive(created('r'));
    socket.receive(delta('r', 'a'));
    await clock.advance(300);
    takeEvents();
    socket.receive(speechStarted);
    expect(takeEvents().map(([name]) => name)).toEqual(['speech_started', 'audio_interrupted']);
    expect(socket.take()).toEqual([truncate('a', 300)]);
    socket.receive(delta('r', 'a'));
    socket.receive(delta('r', 'b'));
    expect(takeEvents()).toEqual([]);
    socket.receive(done('r', 'cancelled'));
    socket.receive(created('r2'));
    socket.receive(delta('r2', 'c'));
    expect(takeEvents().map(([name]) => name)).toEqual(['turn_done', 'turn_started', 'audio']);
    expect(transport.playout.positions().at(-1)).toMatchObject({ itemId: 'c', receivedFrames: 24_000 });
  });

  it('cancels the response itself when the server does not', async () => {
    const { socket, clock } = await connectedRig({ config: { turnDetection: { interruptResponse: false } } });
    socket.receive(created('r'));
    socket.receive(delta('r', 'a'));
    await clock.advance(100);
    socket.receive(speechStarted);
    expect(socket.take()).toEqual([{ type: 'response.cancel' }, truncate('a', 100)]);
  });

  it('truncates every item that was queued, later ones at 0', async () => {
    const { socket, clock } = await connectedRig();
    socket.receive(created('r'));
    socket.receive(delta('r', 'a'));
    socket.receive(audioDone('r', 'a'));
    socket.receive(delta('r', 'b'));
    await clock.advance(400);
    socket.receive(speechStarted);
    expect(socket.take()).toEqual([truncate('a', 400), truncate('b', 0)]);
  });

  it('leaves alone what was heard to the end', async () => {
    const { socket, transport, takeEvents } = await connectedRig();
    socket.receive(created('r'));
    socket.receive(delta('r', 'a'));
    socket.receive(audioDone('r', 'a'));
    socket.receive(done('r'));
    (transport.playout as VirtualPlayout).reportPlayback({ itemId: 'a', playedMs: 1000 });
    takeEvents();
    socket.receive(speechStarted);
    expect(takeEvents().map(([name]) => name)).toEqual(['speech_started']);
    expect(socket.take()).toEqual([]);
  });

  it('truncates nothing once all must have been heard, but has a player that may lag behind stop, once', async () => {
    const { socket, clock, takeEvents } = await connectedRig();
    socket.receive(created('r'));
    socket.receive(delta('r', 'a'));
    socket.receive(audioDone('r', 'a'));
    socket.receive(done('r'));
    await clock.advance(1500);
    takeEvents();
    socket.receive(speechStarted);
    socket.receive(speechStarted);
    expect(takeEvents().map(([name]) => name)).toEqual(['speech_started', 'audio_interrupted', 'speech_started']);
    expect(socket.take()).toEqual([]);
  });

  it('refuses the audio of a response that was cancelled before its first audio', async () => {
    const { socket, takeEvents, transport } = await connectedRig();
    socket.receive(created('r'));
    socket.receive(speechStarted);
    takeEvents();
    socket.receive(delta('r', 'a'));
    expect(takeEvents()).toEqual([]);
    expect(transport.playout.positions()).toEqual([]);
  });

  it('interrupts once for two calls in a row', async () => {
    const { socket, clock, transport } = await connectedRig();
    socket.receive(created('r'));
    socket.receive(delta('r', 'a'));
    await clock.advance(50);
    transport.interrupt();
    transport.interrupt();
    expect(socket.take()).toEqual([{ type: 'response.cancel' }, truncate('a', 50)]);
  });

  it('asks for nothing until the report, and uses the last published positions when none comes within 250 ms', async () => {
    const playout = new RecordingPlayout(24_000);
    const { socket, clock, transport } = await connectedRig({ playout });
    socket.receive(created('r'));
    socket.receive(delta('r', 'a'));
    playout.items = [{ itemId: 'a', contentIndex: 0, responseId: 'r', receivedFrames: 24_000, renderedFrames: 2400 }];
    socket.receive(speechStarted);
    transport.requestResponse({ instructions: 'own' });
    socket.receive(done('r', 'cancelled'));
    await clock.advance(249);
    expect(socket.take()).toEqual([]);
    await clock.advance(1);
    expect(socket.takeTypes()).toEqual(['conversation.item.truncate', 'response.create']);
    playout.listener?.onReport({ interruptId: playout.flushed[0] ?? '', items: playout.items });
    expect(socket.take()).toEqual([]);
  });
});

describe('alone, one response at a time', () => {
  it('holds requests back until the one before has ended; plain ones share a response', async () => {
    const { socket, transport } = await connectedRig({ config: { turnDetection: null } });
    transport.requestResponse();
    transport.requestResponse();
    transport.requestResponse({ instructions: 'own' });
    expect(socket.takeTypes()).toEqual(['response.create']);
    socket.receive(created('r1'));
    expect(socket.take()).toEqual([]);
    socket.receive(done('r1'));
    expect(socket.take()).toMatchObject([{ type: 'response.create', response: { instructions: 'own' } }]);
    socket.receive(created('r2'));
    socket.receive(done('r2'));
    expect(socket.take()).toEqual([]);
  });

  it('sequences a response.create that the app sends by hand', async () => {
    const { socket, transport } = await connectedRig();
    socket.receive(created('r1'));
    transport.sendEvent({ type: 'response.create', event_id: 'mine', response: { instructions: 'own' } });
    expect(socket.take()).toEqual([]);
    socket.receive(done('r1'));
    const request = { type: 'response.create', event_id: 'mine', response: { instructions: 'own' } };
    expect(socket.take()).toEqual([request]);
  });

  it('asks again, with the same body, when a request met an active response', async () => {
    const { socket, transport } = await connectedRig();
    transport.requestResponse({ instructions: 'own' });
    const [request] = socket.take();
    const code = 'conversation_already_has_active_response';
    const error = { type: 'invalid_request_error', message: 'busy', code, event_id: request?.event_id };
    socket.receive({ type: 'error', error });
    expect(socket.take()).toEqual([]);
    socket.receive(created('r1'));
    socket.receive(done('r1'));
    expect(socket.take()).toMatchObject([{ type: 'response.create', response: { instructions: 'own' } }]);
  });

  it('goes on when the server refuses a request', async () => {
    const { socket, transport } = await connectedRig();
    transport.requestResponse({ instructions: 'bad' });
    transport.requestResponse({ instructions: 'good' });
    const [request] = socket.take();
    socket.receive({
      type: 'error',
      error: { type: 'invalid_request_error', message: 'no', event_id: request?.event_id },
    });
    expect(socket.take()).toMatchObject([{ type: 'response.create', response: { instructions: 'good' } }]);
  });

  it('waits for the end of a speech while the user is heard, and 5 s of silence on the line at most', async () => {
    const { socket, transport, clock } = await connectedRig();
    transport.sendAudio(new Uint8Array(960));
    socket.receive(speechStarted);
    transport.requestResponse();
    await clock.advance(4000);
    transport.sendAudio(new Uint8Array(960));
    socket.take();
    await clock.advance(4999);
    expect(socket.take()).toEqual([]);
    await clock.advance(1);
    expect(socket.take()).toMatchObject([{ type: 'response.create' }]);
  });

  it('waits for a speech whose audio it does not see a minute at most', async () => {
    const { socket, transport, clock } = await connectedRig();
    socket.receive(speechStarted);
    transport.requestResponse();
    await clock.advance(59_999);
    expect(socket.take()).toEqual([]);
    await clock.advance(1);
    expect(socket.take()).toMatchObject([{ type: 'response.create' }]);
  });

  it('lets the server answer a user turn, but not for ever', async () => {
    const { socket, transport, clock } = await connectedRig();
    socket.receive(speechStarted);
    transport.requestResponse();
    socket.receive(speechStopped);
    await clock.advance(1499);
    expect(socket.take()).toEqual([]);
    await clock.advance(1);
    expect(socket.takeTypes()).toEqual(['response.create']);
  });
});

describe('driven by a session', () => {
  it('leaves the listener of the playout to the session and decides nothing', async () => {
    const playout = new RecordingPlayout(24_000);
    const { socket, transport, takeEvents } = await connectedRig({ playout, isDriven: true });
    expect(playout.listener).toBeNull();
    socket.receive(created('r'));
    socket.receive(delta('r', 'a'));
    takeEvents();
    socket.receive(speechStarted);
    expect(takeEvents().map(([name]) => name)).toEqual(['speech_started']);
    expect(playout.flushed).toEqual([]);
    expect(socket.take()).toEqual([]);
    transport.createResponse({ eventId: 'e1' });
    transport.createResponse({ eventId: 'e2', response: { instructions: 'i' } });
    transport.cancelResponse('r');
    transport.truncateItem({ itemId: 'a', contentIndex: 0, audioEndMs: 480 });
    expect(socket.take()).toEqual([
      { type: 'response.create', event_id: 'e1' },
      { type: 'response.create', event_id: 'e2', response: { instructions: 'i' } },
      { type: 'response.cancel', response_id: 'r' },
      truncate('a', 480),
    ]);
  });

  it('hands requests of the app on to the session, and carries out none by itself', async () => {
    const { socket, transport } = await connectedRig({ isDriven: true });
    const asked: unknown[] = [];
    transport.on('driver_notice', (notice) => asked.push(notice));
    transport.sendEvent({ type: 'response.create', event_id: 'mine', response: { instructions: 'own' } });
    transport.sendEvent({ type: 'response.create' });
    transport.requestResponse({ instructions: 'own' });
    transport.requestResponse();
    expect(asked).toEqual([
      { type: 'response_requested', eventId: 'mine', response: { instructions: 'own' } },
      { type: 'response_requested' },
      { type: 'response_requested', response: { instructions: 'own' } },
      { type: 'response_requested', isShared: true },
    ]);
    transport.sendMessage('hello');
    expect(asked.splice(0).at(-1)).toEqual({ type: 'response_requested', isShared: true });
    transport.interrupt();
    expect(asked).toEqual([{ type: 'interrupt_requested' }]);
    expect(socket.takeTypes()).toEqual(['conversation.item.create']);
  });

  it.each([
    ['the session has cancelled', (transport: OpenAIRealtimeWebSocket) => transport.cancelResponse('r'), false],
    ['the server cancels by itself', () => {}, true],
  ])('refuses late audio of a response that %s', async (_name, cancel, interruptResponse) => {
    const playout = new RecordingPlayout(24_000);
    const { socket, transport, takeEvents } = await connectedRig({
      playout,
      isDriven: true,
      config: { turnDetection: { interruptResponse } },
    });
    socket.receive(created('r'));
    socket.receive(speechStarted);
    cancel(transport);
    takeEvents();
    socket.receive(delta('r', 'a'));
    expect(playout.packets).toEqual([]);
    expect(takeEvents()).toEqual([]);
  });
});

describe('subclasses', () => {
  class PhoneTransport extends OpenAIRealtimeWebSocket {
    heardMs = 0;
    readonly played: ArrayBuffer[] = [];
    audioDoneCount = 0;

    constructor(options: OpenAIRealtimeWebSocketOptions) {
      super(options);
      this.eventEmitter.on('connected', () => this.emit('*', { type: 'phone_message' }));
    }
    protected override _interrupt(_elapsedTime: number, cancelOngoingResponse?: boolean): void {
      super._interrupt(this.heardMs, cancelOngoingResponse);
    }
    protected override _onAudio(audio: { data: ArrayBuffer }): void {
      this.played.push(audio.data);
    }
    protected override _afterAudioDoneEvent(): void {
      this.audioDoneCount += 1;
    }
    state(): [string | undefined, number | undefined, number, unknown] {
      return [this.currentItemId, this._firstAudioTimestamp, this._audioLengthMs, this._rawSessionConfig];
    }
  }

  it('find the members they rely on, and their own count of what was heard wins', async () => {
    const clock = virtualClock();
    const socket = new ScriptedSocket();
    const transport = new PhoneTransport({ clock, createWebSocket: async () => socket, skipOpenEventListeners: true });
    const raw: unknown[] = [];
    transport.on('*', (event) => raw.push(event));
    await transport.connect({ apiKey: 'ek_test' });
    expect(raw).toEqual([{ type: 'phone_message' }]);
    socket.take();
    socket.receive({ type: 'session.updated', session: { type: 'realtime', model: 'm' } });
    expect(transport.state()).toEqual([undefined, undefined, 0, { type: 'realtime', model: 'm' }]);
    await clock.advance(40);
    socket.receive(created('r'));
    socket.receive(delta('r', 'a'));
    socket.receive(delta('r', 'a'));
    expect(transport.played).toHaveLength(2);
    expect(transport.state().slice(0, 3)).toEqual(['a', 40, 2000]);
    socket.receive(audioDone('r', 'a'));
    expect(transport.audioDoneCount).toBe(1);
    await clock.advance(500);
    transport.heardMs = 450.9;
    transport.interrupt();
    expect(socket.take()).toEqual([{ type: 'response.cancel' }, truncate('a', 450)]);
  });
});

describe('listeners that fail', () => {
  it('harm nobody: each failure becomes one error, and the others are called', async () => {
    const { transport, socket, takeEvents } = await connectedRig();
    const called: string[] = [];
    transport.on('item_deleted', () => {
      throw new Error('thrown');
    });
    transport.once('item_deleted', async () => {
      await Promise.resolve();
      throw new Error('rejected');
    });
    transport.on('item_deleted', () => called.push('last'));
    takeEvents();
    socket.receive({ type: 'conversation.item.deleted', item_id: 'a' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(called).toEqual(['last']);
    const errors = takeEvents().filter(([name]) => name === 'error');
    expect(errors).toEqual(
      ['thrown', 'rejected'].map((message) => [
        'error',
        {
          type: 'error',
          error: expect.objectContaining({ name: 'ListenerError', event: 'item_deleted', cause: new Error(message) }),
          code: 'ERR_LISTENER_FAILED',
        },
      ]),
    );
    socket.receive({ type: 'conversation.item.deleted', item_id: 'a' });
    expect(takeEvents().filter(([name]) => name === 'error')).toHaveLength(1);
  });

  it('an error without a listener goes to the logger and never throws', async () => {
    const socket = new ScriptedSocket();
    const transport = new OpenAIRealtimeWebSocket({
      clock: virtualClock(),
      createWebSocket: async () => socket,
      skipOpenEventListeners: true,
    });
    await transport.connect({ apiKey: 'ek_test' });
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
    socket.receive('{');
    expect(logged).toHaveBeenCalledOnce();
    transport.on('error', () => {
      throw new Error('in the error listener');
    });
    socket.receive('{');
    expect(logged).toHaveBeenCalledTimes(2);
    logged.mockRestore();
  });
});
