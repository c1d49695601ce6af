import { expect, it } from 'vitest';
import { deferred } from '../../src/deferred.ts';
import { RealtimeAgent, RealtimeSession, OpenAIRealtimeWebSocket, type SessionAudio } from '../../src/index.ts';
import { PullPlayout } from '../../src/playout/index.ts';
import { createRealtimeServer } from '../../src/server/index.ts';

class Microphone implements SessionAudio {
  readonly playout = new PullPlayout();
  readonly log: string[] = [];
  muted = false;
  send: (audio: ArrayBuffer) => void = () => {};
  readonly #allowed: Promise<void>;

  constructor(allowed: Promise<void> = Promise.resolve()) {
    this.#allowed = allowed;
  }

  async open(send: (audio: ArrayBuffer) => void): Promise<void> {
    this.log.push('open');
    this.send = send;
    await this.#allowed;
  }

  mute(muted: boolean): void {
    this.muted = muted;
  }

  close(): void {
    this.log.push('close');
  }
}

function stage(audio: SessionAudio, url = 'ws://127.0.0.1:9') {
  const transport = new OpenAIRealtimeWebSocket({ playout: audio.playout, url });
  const session = new RealtimeSession(new RealtimeAgent({ name: 'Ann' }), { transport, audio, reconnect: false });
  session.on('error', () => {});
  return { session, transport };
}

it('opens the audio, then the connection, sends what is heard, mutes there and closes it with the call', async () => {
  const server = createRealtimeServer();
  const { url } = await server.listen();
  const audio = new Microphone();
  const { session, transport } = stage(audio, url);
  transport.on('connection_change', (status) => audio.log.push(status));
  await session.connect({ apiKey: 'ek_test' });
  expect(audio.log).toEqual(['open', 'connecting', 'connected']);

  const committed = new Promise<void>((resolve) => {
    transport.on('*', ({ type }) => {
      if (type === 'input_audio_buffer.committed') resolve();
    });
  });
  for (let packet = 0; packet < 10; packet++) audio.send(new ArrayBuffer(960));
  session.sendAudio(new ArrayBuffer(0), { commit: true });
  // Less than 100 ms would be refused.
  await committed;

  session.mute(true);
  expect([audio.muted, session.muted]).toEqual([true, true]);
  session.close();
  expect(audio.log.slice(3)).toEqual(['close', 'disconnected']);
  await server.close();
});

it('does not connect without the audio, and closes the audio when it can not connect', async () => {
  const refusal = new Error('not allowed');
  const refused = new Microphone(Promise.reject(refusal));
  const first = stage(refused);
  await expect(first.session.connect({ apiKey: 'ek_test' })).rejects.toBe(refusal);
  expect(refused.log).toEqual(['open', 'close']);
  expect(first.transport.status).toBe('disconnected');

  const unconnected = new Microphone();
  await expect(stage(unconnected).session.connect({ apiKey: 'ek_test' })).rejects.toMatchObject({
    code: 'ERR_CONNECT_FAILED',
  });
  expect(unconnected.log).toEqual(['open', 'close']);
});

it('closes the audio when the session is closed while the user is asked', async () => {
  const allowed = deferred<void>();
  const audio = new Microphone(allowed.promise);
  const { session, transport } = stage(audio);
  const attempt = session.connect({ apiKey: 'ek_test' });
  session.close();
  expect(audio.log).toEqual(['open', 'close']);
  allowed.resolve();
  await expect(attempt).rejects.toMatchObject({ code: 'ERR_CONNECT_ABORTED' });
  expect(transport.status).toBe('disconnected');
});

it('refuses audio for a transport that plays elsewhere', () => {
  const transport = new OpenAIRealtimeWebSocket();
  const agent = new RealtimeAgent({ name: 'Ann' });
  expect(() => new RealtimeSession(agent, { transport, audio: new Microphone() })).toThrow('audio needs transport');
  expect(() => new RealtimeSession(agent, { transport: 'webrtc', audio: new Microphone() })).toThrow(
    'audio needs transport',
  );
});
