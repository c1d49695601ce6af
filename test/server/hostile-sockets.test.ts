// What a client may do to a connection and a server must survive.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createRealtimeServer, type RealtimeServer } from '../../src/server/index.ts';
import { toneVoice } from './scripted-client.ts';

const servers: RealtimeServer[] = [];

async function serve(): Promise<{ server: RealtimeServer; url: string; port: number; seen: string[] }> {
  const seen: string[] = [];
  const onEvent = (direction: string, { type }: { type: string }): void => void seen.push(`${direction} ${type}`);
  const server = createRealtimeServer({ voice: toneVoice, pace: { intervalMs: 0 }, onEvent });
  servers.push(server);
  return { server, seen, ...(await server.listen()) };
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const upgradeTo = (path: string, extra = ''): string =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
  `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${extra}\r\n`;

/** A client that speaks bytes, and never ends its half of the connection by itself. */
async function raw(port: number, text: string): Promise<{ socket: Socket; answer: string }> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => {});
  socket.write(text);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  return { socket, answer: String(answer) };
}

/** A new client gets a session and an answer. */
async function expectService(url: string): Promise<void> {
  const socket = new WebSocket(url);
  await once(socket, 'message');
  socket.send('{"type":"input_audio_buffer.clear"}');
  const [frame] = (await once(socket, 'message')) as [Buffer];
  expect(JSON.parse(String(frame))).toMatchObject({ type: 'input_audio_buffer.cleared' });
  socket.terminate();
}

describe('a server can be closed', () => {
  test('while a client that was refused keeps its half of the connection open', async () => {
    const { server, port } = await serve();
    const { socket, answer } = await raw(port, upgradeTo('/elsewhere'));
    expect(answer).toMatch(/^HTTP\/1\.1 404/);
    await server.close();
    socket.destroy();
  });

  test('while a client does not answer the close, and another one comes', async () => {
    const { server, port, url, seen } = await serve();
    const { socket, answer } = await raw(port, upgradeTo('/v1/realtime'));
    expect(answer).toMatch(/^HTTP\/1\.1 101/);
    const waiting = connect({ port, host: '127.0.0.1' });
    await once(waiting, 'connect');
    waiting.on('error', () => {});
    const closed = server.close();
    const late = new WebSocket(url);
    const [error] = (await once(late, 'error')) as [Error];
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
    waiting.write(upgradeTo('/v1/realtime'));
    await closed;
    expect(seen.filter((event) => event === 'out session.created')).toHaveLength(1);
    socket.destroy();
    waiting.destroy();
  });

  test('while clients have sent half a request, half a frame, or nothing', async () => {
    const { server, port, url } = await serve();
    const nothing = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const half = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    for (const socket of [nothing, half]) socket.on('error', () => {});
    half.write('GET /v1/realtime HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    const { socket: frame } = await raw(port, upgradeTo('/v1/realtime'));
    // The head of a masked frame of 100 octets, of which none follow.
    frame.write(Buffer.from([0x81, 0xe4, 1, 2, 3, 4]));
    await expectService(url);
    await server.close();
    for (const socket of [nothing, half, frame]) socket.destroy();
  });
});

describe('a server goes on', () => {
  test.each([
    ['a frame without a mask', Buffer.from([0x81, 0x02, 0x7b, 0x7d]), 1002],
    ['a reserved opcode', Buffer.from([0x83, 0x80, 0, 0, 0, 0]), 1002],
    ['text that is not UTF-8', Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0xff, 0xfe]), 1007],
    ['a control frame that is too long', Buffer.from([0x89, 0xfe, 0, 200, 0, 0, 0, 0]), 1002],
    ['a frame of 2^63 octets', Buffer.from([0x81, 0xff, 0x7f, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0]), 1009],
  ])('after %s', async (_, bytes, code) => {
    const { port, url } = await serve();
    const { socket } = await raw(port, upgradeTo('/v1/realtime'));
    const frames: Buffer[] = [];
    socket.on('data', (part) => void frames.push(part));
    socket.write(bytes);
    await once(socket, 'end');
    const all = Buffer.concat(frames);
    expect(all.subarray(-4, -2)).toEqual(Buffer.from([0x88, 0x02]));
    expect(all.readUInt16BE(all.length - 2)).toBe(code);
    socket.destroy();
    await expectService(url);
  });

  test('after a client that asks for much and reads nothing', { timeout: 60_000 }, async () => {
    const { port, url, seen } = await serve();
    const { socket } = await raw(port, upgradeTo('/v1/realtime'));
    socket.pause();
    const send = (event: object): void => {
      const text = Buffer.from(JSON.stringify(event));
      const head = Buffer.from([0x81, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
      head.writeBigUInt64BE(BigInt(text.length), 2);
      socket.write(Buffer.concat([head, text]));
    };
    const audio = Buffer.alloc(9_000_000).toString('base64');
    send({
      type: 'conversation.item.create',
      item: { type: 'message', id: 'big', role: 'user', content: [{ type: 'input_audio', audio }] },
    });
    const retrieved = (): number => seen.filter((event) => event === 'out conversation.item.retrieved').length;
    let asked = 0;
    for (; asked < 40 && retrieved() === asked; asked++) {
      send({ type: 'conversation.item.retrieve', item_id: 'big' });
      for (let turn = 0; turn < 50_000 && retrieved() === asked; turn++) {
        await new Promise((resolve) => void setImmediate(resolve));
      }
    }
    expect(retrieved()).toBeGreaterThan(3);
    expect(asked).toBeLessThan(10);
    socket.resume();
    await new Promise((resolve) => void socket.once('close', resolve));
    await expectService(url);
  });

  test('after a client that offers only sub-protocols nobody knows', async () => {
    const { port, url } = await serve();
    const { socket, answer } = await raw(port, upgradeTo('/v1/realtime', 'Sec-WebSocket-Protocol: soap, xmpp\r\n'));
    expect(answer).toMatch(/^HTTP\/1\.1 101/);
    expect(answer).not.toMatch(/sec-websocket-protocol/i);
    socket.destroy();
    const { socket: broken, answer: refusal } = await raw(
      port,
      upgradeTo('/v1/realtime', 'Sec-WebSocket-Protocol: realtime, realtime\r\n'),
    );
    expect(refusal).toMatch(/^HTTP\/1\.1 400/);
    broken.destroy();
    await expectService(url);
  });
});
