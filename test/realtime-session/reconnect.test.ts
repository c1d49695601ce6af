// A session whose connection breaks, over real sockets: the local Realtime server drops it on demand.

import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readSpeech } from '../../src/cli/demo/wav.ts';
import { deferred } from '../../src/deferred.ts';
import { OpenAIRealtimeWebSocket, RealtimeAgent, RealtimeSession, tool } from '../../src/index.ts';
import type { RealtimeConnectionEvent } from '../../src/session/plain-events.ts';
import type { RealtimeToolApprovalRequest } from '../../src/session-events.ts';
import type { RealtimeSessionOptions } from '../../src/session-options.ts';
import type { RealtimeServer, Scenario } from '../../src/server/index.ts';
import { createRealtimeServer } from '../../src/server/index.ts';
import { toneVoice } from '../server/scripted-client.ts';

interface WireEvent {
  readonly type: string;
  readonly [key: string]: unknown;
}

const running: { server: RealtimeServer; session: RealtimeSession }[] = [];

afterEach(async () => {
  for (const { server, session } of running.splice(0)) {
    session.close();
    await server.close();
  }
});

/** A session that talks to a server of its own, and what each connection carried. */
async function call(
  scenario: Scenario,
  {
    agent = new RealtimeAgent({ name: 'Ann' }),
    ...options
  }: Partial<RealtimeSessionOptions> & { agent?: RealtimeAgent } = {},
) {
  const sessions: { id: string; received: WireEvent[]; sent: WireEvent[] }[] = [];
  const server = createRealtimeServer({
    scenario,
    voice: toneVoice,
    pace: { intervalMs: 0 },
    onEvent: (direction, event, _atMs, { sessionId }) => {
      let known = sessions.find(({ id }) => id === sessionId);
      if (known === undefined) sessions.push((known = { id: sessionId, received: [], sent: [] }));
      (direction === 'in' ? known.received : known.sent).push(event);
    },
  });
  const { url } = await server.listen();
  const session = new RealtimeSession(agent, {
    transport: new OpenAIRealtimeWebSocket(),
    reconnect: { initialDelayMs: 5 },
    ...options,
  });
  running.push({ server, session });
  const connections: RealtimeConnectionEvent[] = [];
  session.on('connection', (event) => connections.push(event));
  const errors: unknown[] = [];
  session.on('error', ({ error }) => errors.push(error));
  await session.connect({ apiKey: 'local', url });
  const drop = (): void => void server.faults.inject({ kind: 'close', code: 1006 });
  /** Items that the n-th connection was given, by the client or out of its own answers. */
  const created = (number: number): WireEvent[] =>
    (sessions[number]?.received ?? [])
      .filter(({ type }) => type === 'conversation.item.create')
      .map((event) => event['item'] as WireEvent);
  return { session, server, sessions, connections, errors, drop, created };
}

/** Resolves when the session says so for the `count`-th time from now. */
function connected(session: RealtimeSession, count = 1): Promise<void> {
  const { promise, resolve } = deferred<void>();
  let seen = 0;
  session.on('connection', ({ state }) => {
    if (state === 'connected' && ++seen === count) resolve();
  });
  return promise;
}

function answered(session: RealtimeSession, text: string): Promise<void> {
  const { promise, resolve } = deferred<void>();
  session.on('agent_end', (_context, _agent, output) => {
    if (output.includes(text)) resolve();
  });
  return promise;
}

function textOf(item: WireEvent | undefined): unknown {
  const [part] = (item?.['content'] ?? []) as { text?: string }[];
  return part?.text;
}

/** Packets of 20 ms until the server has surely heard that the file speaks. */
const FIRST_PACKETS = 35;

describe('a session whose connection breaks', () => {
  it('goes on with the conversation, and says what happens', async () => {
    const { session, connections, errors, drop, created } = await call({
      turns: [{ replies: [[{ say: 'Good morning.' }]] }, { replies: [[{ say: 'It is still morning.' }]] }],
    });
    const first = answered(session, 'Good morning.');
    session.sendMessage('Hello');
    await first;
    const again = connected(session);
    drop();
    await again;
    expect(connections.map(({ state, attempt, closeCode }) => [state, attempt, closeCode])).toEqual([
      ['connecting', 0, undefined],
      ['connected', 0, undefined],
      ['reconnecting', 1, 1006],
      ['connected', 1, undefined],
    ]);
    const second = answered(session, 'It is still morning.');
    session.sendMessage('And now?');
    await second;
    expect(created(1).map((item) => [item['role'], textOf(item)])).toEqual([
      ['user', 'Hello'],
      ['assistant', 'Good morning.'],
      ['user', 'And now?'],
    ]);
    expect(errors).toEqual([]);
    expect(session.history.map((item) => item.type === 'message' && item.role)).toEqual([
      'user',
      'assistant',
      'user',
      'assistant',
    ]);
  });

  it('in the middle of an answer is asked for another one', async () => {
    const { session, server, sessions, errors } = await call({
      turns: [{ replies: [[{ say: 'One two three four five six seven.' }]] }],
    });
    server.faults.inject({ kind: 'close', code: 1006, at: 'response.output_audio.delta', nth: 2 });
    session.on('connection', ({ state }) => void (state === 'reconnecting' && server.faults.clear()));
    const retold = answered(session, 'seven');
    session.sendMessage('Count.');
    await retold;
    expect(sessions).toHaveLength(2);
    expect(sessions[1]?.received.filter(({ type }) => type === 'response.create')).toHaveLength(1);
    expect(errors).toEqual([]);
  });

  it('keeps a running tool, which runs once, and gives its output to the next server', async () => {
    const gate = deferred<string>();
    let runs = 0;
    const started = deferred<void>();
    const weather = tool({
      name: 'weather',
      description: 'Weather of a city.',
      parameters: z.object({ city: z.string() }),
      execute: () => {
        runs += 1;
        started.resolve();
        return gate.promise;
      },
    });
    const { session, drop, created, errors } = await call(
      { turns: [{ replies: [[{ call: 'weather', arguments: { city: 'Riga' } }], [{ say: 'Sunny.' }]] }] },
      { agent: new RealtimeAgent({ name: 'Ann', tools: [weather] }) },
    );
    session.sendMessage('The weather?');
    await started.promise;
    const again = connected(session);
    drop();
    await again;
    const end = answered(session, 'Sunny.');
    gate.resolve('sunny');
    await end;
    expect(runs).toBe(1);
    const calls = created(1).filter(({ type }) => type.startsWith('function_call'));
    expect(calls).toMatchObject([
      { type: 'function_call', name: 'weather', arguments: '{"city":"Riga"}' },
      { type: 'function_call_output', output: 'sunny' },
    ]);
    expect(calls[1]?.['call_id']).toBe(calls[0]?.['call_id']);
    expect(errors).toEqual([]);
  });

  it('keeps an approval that is asked for: the item that was issued is answered after the break', async () => {
    const book = tool({
      name: 'book',
      description: 'Books a room.',
      parameters: z.object({}),
      needsApproval: true,
      execute: () => 'booked',
    });
    const { session, drop, created, errors } = await call(
      { turns: [{ replies: [[{ call: 'book', arguments: {} }], [{ say: 'It is yours.' }]] }] },
      { agent: new RealtimeAgent({ name: 'Ann', tools: [book] }) },
    );
    const asked = deferred<RealtimeToolApprovalRequest>();
    session.on('tool_approval_requested', (_context, _agent, request) => {
      if (request.type === 'function_approval') asked.resolve(request);
    });
    session.sendMessage('Book it.');
    const { approvalItem } = await asked.promise;
    const again = connected(session);
    drop();
    await again;
    const end = answered(session, 'It is yours.');
    await session.approve(approvalItem);
    await end;
    expect(created(1).map(({ type }) => type)).toEqual(['message', 'function_call', 'function_call_output']);
    expect(errors).toEqual([]);
  });

  it('restores the agent that was in charge, with its tools and instructions', async () => {
    const billing = new RealtimeAgent({ name: 'Billing', instructions: 'Bill.' });
    const { session, sessions, drop } = await call({ turns: [] });
    await session.updateAgent(billing);
    const again = connected(session);
    drop();
    await again;
    await arrived(session);
    expect(session.currentAgent.name).toBe('Billing');
    const [update] = sessions[1]?.received ?? [];
    expect(update).toMatchObject({ type: 'session.update', session: { instructions: 'Bill.' } });
  });

  it('keeps messages, images and a change of the agent that come meanwhile, in order', async () => {
    const { session, sessions, created, drop } = await call({ turns: [] }, { reconnect: { initialDelayMs: 50 } });
    const isLost = deferred<void>();
    session.on('connection', ({ state }) => void (state === 'reconnecting' && isLost.resolve()));
    const again = connected(session);
    drop();
    await isLost.promise;
    session.sendMessage('first');
    session.addImage('data:image/png;base64,iVBORw0KGgo=', { triggerResponse: false });
    await session.updateAgent(new RealtimeAgent({ name: 'Billing', instructions: 'Bill.' }));
    session.sendMessage('last');
    await again;
    await arrived(session);
    const parts = created(1).map((item) => (item['content'] as { type: string; text?: string }[])[0]);
    expect(parts.map((part) => part?.text ?? part?.type)).toEqual(['first', 'input_image', 'last', 'Anything']);
    const instructions = (sessions[1]?.received ?? []).flatMap((event) =>
      event.type === 'session.update' ? [(event['session'] as { instructions?: string }).instructions] : [],
    );
    expect(instructions.at(-1)).toBe('Bill.');
  });

  it('sends audio that came meanwhile', async () => {
    const { session, sessions, drop } = await call({ turns: [] }, { reconnect: { initialDelayMs: 50 } });
    const isLost = deferred<void>();
    session.on('connection', ({ state }) => void (state === 'reconnecting' && isLost.resolve()));
    const again = connected(session);
    drop();
    await isLost.promise;
    const packet = new Int16Array(480).fill(7);
    session.sendAudio(packet.buffer);
    packet.fill(9);
    session.sendAudio(packet.buffer);
    await again;
    await arrived(session);
    const appended = sessions[1]?.received.filter(({ type }) => type === 'input_audio_buffer.append') ?? [];
    expect(appended.map(({ audio }) => Buffer.from(String(audio), 'base64').readInt16LE(0))).toEqual([7, 9]);
  });

  it.each([
    { moment: 'in the middle of a sentence', packetsBefore: 60 },
    { moment: 'at its beginning', packetsBefore: FIRST_PACKETS },
  ])(
    'has the next server hear a sentence that the connection broke off $moment, all of it, once',
    async ({ packetsBefore }) => {
      const { session, sessions, errors, drop } = await call(
        { turns: [{ replies: [[{ say: 'It is yours.' }]] }] },
        { reconnect: { initialDelayMs: 50 } },
      );
      const speech = readSpeech(readFileSync('src/cli/demo/speech/1-hold-a-room-44100.wav'), 24_000);
      const spoken = new Int16Array(speech.length + 36_000);
      spoken.set(speech);
      const packets = Array.from({ length: Math.floor(spoken.length / 480) }, (_, n) =>
        spoken.subarray(n * 480, n * 480 + 480),
      );
      const speaks = deferred<{ audioStartMs?: number }>();
      session.on('user_speech_started', (event) => speaks.resolve(event));
      const isLost = deferred<void>();
      session.on('connection', ({ state }) => void (state === 'reconnecting' && isLost.resolve()));
      const again = connected(session);
      const end = answered(session, 'It is yours.');
      for (const packet of packets.slice(0, FIRST_PACKETS)) session.sendAudio(packet);
      const { audioStartMs = 0 } = await speaks.promise;
      for (const packet of packets.slice(FIRST_PACKETS, packetsBefore)) session.sendAudio(packet);
      drop();
      await isLost.promise;
      for (const packet of packets.slice(packetsBefore, packetsBefore + 20)) session.sendAudio(packet);
      await again;
      for (const packet of packets.slice(packetsBefore + 20)) session.sendAudio(packet);
      await end;
      const appended = sessions[1]?.received.filter(({ type }) => type === 'input_audio_buffer.append') ?? [];
      const heard = Buffer.concat(appended.map(({ audio }) => Buffer.from(String(audio), 'base64')));
      const sent = Buffer.from(spoken.buffer, 0, packets.length * 960);
      expect(heard.equals(sent.subarray(sent.length - heard.length))).toBe(true);
      expect(sent.length - heard.length).toBeLessThanOrEqual(audioStartMs * 48);
      // The server answers what it heard; nobody asks it for another answer.
      expect(sessions[1]?.received.filter(({ type }) => type === 'response.create')).toEqual([]);
      expect(errors).toEqual([]);
    },
  );

  it('has the next server hear nothing again that was an item of the last one', async () => {
    const { session, sessions, drop } = await call(
      { turns: [{ replies: [[{ say: 'It is yours.' }]] }] },
      { reconnect: { initialDelayMs: 5 } },
    );
    const speech = readSpeech(readFileSync('src/cli/demo/speech/1-hold-a-room-44100.wav'), 24_000);
    const end = answered(session, 'It is yours.');
    session.sendAudio(speech);
    session.sendAudio(new Int16Array(36_000));
    await end;
    const again = connected(session);
    drop();
    await again;
    session.sendAudio(new Int16Array(480).fill(7));
    await arrived(session);
    const appended = sessions[1]?.received.filter(({ type }) => type === 'input_audio_buffer.append') ?? [];
    expect(appended.map(({ audio }) => Buffer.from(String(audio), 'base64').readInt16LE(0))).toEqual([7]);
  });

  it('is refused for good when the key no longer is valid', async () => {
    const { session, server, drop, errors } = await call({ turns: [] });
    server.faults.inject({ kind: 'handshake', answer: 401 });
    const isOver = deferred<RealtimeConnectionEvent>();
    session.on('connection', (event) => void (event.state === 'disconnected' && isOver.resolve(event)));
    drop();
    await expect(isOver.promise).resolves.toMatchObject({ attempt: 1 });
    expect(errors).toEqual([expect.objectContaining({ code: 'ERR_DISCONNECTED' })]);
    await expect(session.connect({ apiKey: 'local' })).rejects.not.toMatchObject({ code: 'ERR_ALREADY_CONNECTED' });
  });

  it('comes back after some refusals', async () => {
    const { session, server, drop, connections } = await call({ turns: [] });
    server.faults.inject({ kind: 'handshake', answer: 503, times: 2 });
    const again = connected(session);
    drop();
    await again;
    expect(connections.map(({ state, attempt }) => [state, attempt]).slice(2)).toEqual([
      ['reconnecting', 1],
      ['reconnecting', 2],
      ['reconnecting', 3],
      ['connected', 3],
    ]);
  });

  it('can be told to end instead', async () => {
    const { session, drop, connections } = await call({ turns: [] }, { reconnect: false });
    const isOver = deferred<void>();
    session.on('connection', ({ state }) => void (state === 'disconnected' && isOver.resolve()));
    drop();
    await isOver.promise;
    expect(connections.at(-1)).toMatchObject({ state: 'disconnected', closeCode: 1006, attempt: 0 });
  });

  it('ends at close(), also while it is tried again', async () => {
    const { session, server, sessions, drop } = await call({ turns: [] });
    server.faults.inject({ kind: 'handshake', answer: 'never' });
    const isLost = deferred<void>();
    session.on('connection', ({ state }) => void (state === 'reconnecting' && isLost.resolve()));
    drop();
    await isLost.promise;
    session.close();
    expect(() => session.sendMessage('Hi')).toThrow(expect.objectContaining({ code: 'ERR_NOT_CONNECTED' }));
    expect(sessions).toHaveLength(1);
  });
});

describe('a session whose connection has its age', () => {
  it('moves to a new one in silence, with the conversation', async () => {
    const { session, created, connections, errors } = await call(
      { turns: [{ replies: [[{ say: 'Good morning.' }]] }] },
      { reconnect: { rolloverAfterMs: 150 } },
    );
    const isMoved = connected(session);
    session.sendMessage('Hello');
    await isMoved;
    await arrived(session);
    expect(connections.map(({ state }) => state)).toEqual(['connecting', 'connected', 'reconnecting', 'connected']);
    expect(created(1).length).toBeGreaterThan(0);
    expect(errors).toEqual([]);
  });
});

/** Resolves when the server has read all that the session has sent so far. */
function arrived(session: RealtimeSession): Promise<void> {
  const { promise, resolve } = deferred<void>();
  session.transport.on('*', ({ type }) => void (type === 'conversation.item.added' && resolve()));
  session.transport.sendMessage('Anything', {}, { triggerResponse: false });
  return promise;
}
