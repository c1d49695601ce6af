import { describe, expect, it } from 'vitest';
import { AudioError, UserError } from '../../src/errors.ts';
import type { RealtimeItem } from '../../src/protocol/items.ts';
import { ScriptedSocket } from '../../src/testing/scripted-socket.ts';
import { connectedRig } from './connected-rig.ts';

const toolCall = {
  type: 'function_call',
  id: 'f',
  callId: 'c',
  name: 'book',
  arguments: '{}',
  responseId: 'r',
} as const;

describe('sendMessage', () => {
  it('adds the message and asks for a response', async () => {
    const { transport, socket } = await connectedRig();
    transport.sendMessage('hello', { event_id: 'mine' });
    expect(socket.take()).toEqual([
      {
        type: 'conversation.item.create',
        event_id: 'mine',
        item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hello' }] },
      },
      { type: 'response.create', event_id: expect.any(String) },
    ]);
  });

  it('asks for none when told so', async () => {
    const { transport, socket } = await connectedRig();
    transport.sendMessage('hello', {}, { triggerResponse: false });
    expect(socket.takeTypes()).toEqual(['conversation.item.create']);
  });

  it('sends images in the wire’s words', async () => {
    const { transport, socket } = await connectedRig();
    const content = [
      { type: 'input_text', text: 'look' },
      { type: 'input_image', image: 'data:image/png;base64,AAAA', providerData: { detail: 'low' } },
    ] as const;
    transport.sendMessage({ type: 'message', role: 'user', content }, {}, { triggerResponse: false });
    transport.addImage('data:image/png;base64,AAAA', { triggerResponse: false });
    const image = { type: 'input_image', image_url: 'data:image/png;base64,AAAA' };
    expect(socket.take().map((event) => event.item)).toEqual([
      {
        type: 'message',
        role: 'user',
        content: [
          { type: 'input_text', text: 'look' },
          { ...image, detail: 'low' },
        ],
      },
      { type: 'message', role: 'user', content: [image] },
    ]);
  });
});

describe('sendAudio', () => {
  it('takes buffers and views, with just the bytes they show', async () => {
    const { transport, socket } = await connectedRig();
    const bytes = Uint8Array.of(9, 9, 1, 2, 3, 4, 9, 9);
    transport.sendAudio(bytes.slice(2, 6).buffer);
    transport.sendAudio(bytes.subarray(2, 6));
    transport.sendAudio(Buffer.from(bytes.buffer, 2, 4));
    transport.sendAudio(new Int16Array(bytes.buffer, 2, 2));
    expect(socket.take()).toEqual(
      Array.from({ length: 4 }, () => ({ type: 'input_audio_buffer.append', audio: 'AQIDBA==' })),
    );
  });

  it('commits behind the audio, also without any', async () => {
    const { transport, socket } = await connectedRig();
    transport.sendAudio(new ArrayBuffer(4), { commit: true });
    transport.sendAudio(new ArrayBuffer(0), { commit: true });
    expect(socket.takeTypes()).toEqual([
      'input_audio_buffer.append',
      'input_audio_buffer.commit',
      'input_audio_buffer.commit',
    ]);
  });

  it('refuses half a sample of PCM16, and takes any length of G.711', async () => {
    const { transport, socket } = await connectedRig();
    expect(() => transport.sendAudio(new ArrayBuffer(3))).toThrowError(
      expect.objectContaining({ constructor: AudioError, code: 'ERR_PCM16_ODD_LENGTH' }),
    );
    expect(socket.take()).toEqual([]);
    const phone = await connectedRig({ config: { audio: { input: { format: 'g711_ulaw' } } } });
    phone.transport.sendAudio(new ArrayBuffer(3));
    expect(phone.socket.takeTypes()).toEqual(['input_audio_buffer.append']);
  });

  it('keeps the youngest 15 s of audio that the network can not take, says so once, and sends them when it can', async () => {
    const { transport, socket, takeEvents, clock } = await connectedRig();
    socket.bufferedAmount = 1 << 21;
    // A second each, named by its first sample.
    for (let second = 0; second < 40; second++) transport.sendAudio(new Int16Array(24_000).fill(second));
    transport.sendEvent({ type: 'response.cancel' });
    expect(socket.takeTypes()).toEqual(['response.cancel']);
    expect(takeEvents().map(([name, detail]) => [name, (detail as { code?: string }).code])).toEqual([
      ['error', 'ERR_SEND_BACKLOG'],
    ]);
    socket.bufferedAmount = 0;
    transport.sendAudio(new Int16Array(24_000).fill(40));
    await clock.advance(100);
    const seconds = socket.take().map(({ audio }) => Buffer.from(String(audio), 'base64').readInt16LE(0));
    expect(seconds).toEqual(Array.from({ length: 15 }, (_, n) => 26 + n));
    transport.sendAudio(new Int16Array(24_000).fill(41));
    expect(socket.takeTypes()).toEqual(['input_audio_buffer.append']);
  });

  it('has a commit behind all audio, also behind what waits for the network', async () => {
    const { transport, socket } = await connectedRig();
    socket.bufferedAmount = 1 << 21;
    transport.sendAudio(new ArrayBuffer(4));
    transport.sendAudio(new ArrayBuffer(4), { commit: true });
    expect(socket.takeTypes()).toEqual([
      'input_audio_buffer.append',
      'input_audio_buffer.append',
      'input_audio_buffer.commit',
    ]);
  });

  it('is silently without effect when there is no connection', async () => {
    const { transport, socket } = await connectedRig();
    transport.close();
    transport.sendAudio(new ArrayBuffer(4));
    expect(socket.take()).toEqual([]);
  });
});

describe('sendFunctionCallOutput', () => {
  it('sends the output, shows the finished call and asks for a response', async () => {
    const { transport, socket, takeEvents } = await connectedRig();
    transport.sendFunctionCallOutput(toolCall, 'booked');
    expect(socket.take()).toEqual([
      { type: 'conversation.item.create', item: { type: 'function_call_output', call_id: 'c', output: 'booked' } },
      { type: 'response.create', event_id: expect.any(String) },
    ]);
    expect(takeEvents()).toEqual([
      [
        'item_update',
        {
          itemId: 'f',
          type: 'function_call',
          status: 'completed',
          name: 'book',
          arguments: '{}',
          output: 'booked',
          callId: 'c',
        },
      ],
    ]);
  });

  it('asks for none when told so, and shows no call whose item is unknown', async () => {
    const { transport, socket, takeEvents } = await connectedRig();
    transport.sendFunctionCallOutput({ ...toolCall, id: undefined }, 'booked', false);
    expect(socket.takeTypes()).toEqual(['conversation.item.create']);
    expect(takeEvents()).toEqual([]);
  });
});

describe('updateSessionConfig', () => {
  it('keeps what was sent before', async () => {
    const { transport, socket } = await connectedRig({ config: { instructions: 'first', voice: 'marin' } });
    transport.updateSessionConfig({ instructions: 'second' });
    const [update] = socket.take();
    expect(update).toMatchObject({
      type: 'session.update',
      session: {
        instructions: 'second',
        audio: { output: { voice: 'marin', format: { type: 'audio/pcm', rate: 24_000 } } },
      },
    });
  });

  it('sends tracing by itself, and only when it changes', async () => {
    const socket = new ScriptedSocket();
    const { transport } = await connectedRig({ createWebSocket: async () => socket, config: { tracing: 'auto' } });
    expect(socket.take().map((event) => event.session)).toEqual([
      expect.not.objectContaining({ tracing: expect.anything() }),
      { type: 'realtime', tracing: 'auto' },
    ]);
    transport.updateSessionConfig({ tracing: 'auto' });
    transport.updateSessionConfig({ tracing: null });
    expect(socket.take().filter((event) => 'tracing' in (event.session as object))).toHaveLength(1);
  });

  it('says whether the server answers turns by itself', async () => {
    const { transport } = await connectedRig();
    expect(transport.createsResponses).toBe(true);
    transport.updateSessionConfig({ turnDetection: { createResponse: false } });
    expect(transport.createsResponses).toBe(false);
    transport.updateSessionConfig({ turnDetection: { type: 'server_vad' } });
    expect(transport.createsResponses).toBe(true);
    transport.updateSessionConfig({ turnDetection: null });
    expect(transport.createsResponses).toBe(false);
  });

  it('forgets with the connection what it has sent', async () => {
    const sockets = [new ScriptedSocket(), new ScriptedSocket()];
    const [first, second] = sockets;
    const { transport } = await connectedRig({
      createWebSocket: async () => sockets.shift() ?? new ScriptedSocket(),
      config: { instructions: 'first' },
    });
    expect(first?.sent[0]).toMatchObject({ session: { instructions: 'first' } });
    transport.close();
    await transport.connect({ apiKey: 'ek_test' });
    expect(second?.sent[0]).toMatchObject({ type: 'session.update' });
    expect(second?.sent[0]?.session).not.toHaveProperty('instructions');
  });
});

describe('resetHistory', () => {
  const item: RealtimeItem = {
    itemId: 'u',
    type: 'message',
    role: 'user',
    status: 'completed',
    content: [{ type: 'input_text', text: 'hi' }],
  };
  it('sends the difference', async () => {
    const { transport, socket } = await connectedRig();
    transport.resetHistory([item], [{ ...item, itemId: 'v' }]);
    expect(socket.takeTypes()).toEqual(['conversation.item.delete', 'conversation.item.create']);
  });

  it('sends nothing at all when one item can not be created', async () => {
    const { transport, socket } = await connectedRig();
    const spoken: RealtimeItem = {
      itemId: 'a',
      type: 'message',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_audio', transcript: 'Hi' }],
    };
    expect(() => transport.resetHistory([item], [{ ...item, itemId: 'v' }, spoken])).toThrowError(UserError);
    expect(socket.take()).toEqual([]);
  });
});

describe('sendMcpResponse', () => {
  it('answers behind the request', async () => {
    const { transport, socket } = await connectedRig();
    socket.isStrict = false;
    const request = {
      itemId: 'm',
      type: 'mcp_approval_request',
      serverLabel: 'desk',
      name: 'find',
      arguments: {},
    } as const;
    transport.sendMcpResponse(request, false, 'no');
    expect(socket.take()).toEqual([
      {
        type: 'conversation.item.create',
        previous_item_id: 'm',
        item: { type: 'mcp_approval_response', approval_request_id: 'm', approve: false, reason: 'no' },
      },
    ]);
  });
});

describe('mute', () => {
  it('says that there is nothing to mute', async () => {
    const { transport } = await connectedRig();
    expect(transport.muted).toBeNull();
    expect(() => transport.mute(true)).toThrowError(
      expect.objectContaining({ constructor: UserError, code: 'ERR_MUTE_UNSUPPORTED' }),
    );
  });
});
