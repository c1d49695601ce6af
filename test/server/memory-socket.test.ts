import { describe, expect, test } from 'vitest';
import { connectInMemory, createRealtimeServer, MemorySocket } from '../../src/server/index.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { toneVoice } from './scripted-client.ts';

const clock = (): VirtualClock => new VirtualClock(() => new Promise((resolve) => void setImmediate(resolve)));

describe('a connection in memory', () => {
  test('opens later, delivers in order after the latency, and closes once', async () => {
    const time = clock();
    const server = createRealtimeServer({ clock: time, voice: toneVoice });
    const socket = connectInMemory(server, time, { latencyMs: 10 });
    const seen: string[] = [];
    socket.onopen = () => void seen.push(`${time.nowMs()} open`);
    socket.addEventListener('message', ({ data }) =>
      seen.push(`${time.nowMs()} ${(JSON.parse(data) as { type: string }).type}`),
    );
    socket.onclose = ({ code, reason }) => void seen.push(`${time.nowMs()} close ${code} ${reason}`);
    expect(socket.readyState).toBe(MemorySocket.CONNECTING);
    expect(() => socket.send('{}')).toThrow(/connecting/);
    await time.advance(20);
    socket.send('{"type":"input_audio_buffer.clear"}');
    socket.send('{"type":"input_audio_buffer.commit"}');
    await time.advance(20);
    socket.close(1000, 'bye');
    expect(socket.readyState).toBe(MemorySocket.CLOSING);
    socket.send('{"type":"input_audio_buffer.clear"}');
    socket.close();
    await time.advance(100);
    expect(socket.readyState).toBe(MemorySocket.CLOSED);
    expect(seen).toEqual([
      '10 open',
      '20 session.created',
      '40 input_audio_buffer.cleared',
      '40 error',
      '60 close 1000 bye',
    ]);
    await server.close();
  });

  test('is told when the server closes, and a response that was under way sends nothing more', async () => {
    const time = clock();
    let sent = 0;
    const server = createRealtimeServer({ clock: time, voice: toneVoice, onEvent: () => void (sent += 1) });
    const socket = connectInMemory(server, time);
    const closed: number[] = [];
    socket.addEventListener('close', ({ code }) => closed.push(code));
    await time.advance(5);
    socket.send('{"type":"response.create"}');
    await time.advance(60);
    await server.close();
    const atClose = sent;
    expect(atClose).toBeGreaterThan(5);
    await time.advance(5000);
    expect(closed).toEqual([1001]);
    expect(sent).toBe(atClose);
  });
});
