// Processes that share their calls, and those who look after them: here two of them in one process, with real sockets.

import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type JournalEntry, OpenAIRealtimeWebSocket, RealtimeAgent, type RealtimeSession } from '../../../src/index.ts';
import {
  createRealtimeServer,
  type Fleet,
  type FleetOptions,
  type FleetDesk,
  joinFleet,
  openFleetDesk,
  type RealtimeServer,
} from '../../../src/server/index.ts';
import { toneVoice } from '../scripted-client.ts';
import { hasRedis, RedisServer } from '../journals/redis-server.ts';

describe.skipIf(!hasRedis)(hasRedis ? 'a fleet' : 'a fleet (skipped: redis-server is not installed)', () => {
  let redis: RedisServer;
  let model: RealtimeServer;
  let modelUrl: string;
  const asked: string[] = [];
  beforeAll(async () => {
    redis = await RedisServer.start();
    model = createRealtimeServer({
      voice: toneVoice,
      scenario: {
        opening: Array.from({ length: 3 }, () => [{ say: 'As you wish.' }]),
        turns: Array.from({ length: 3 }, () => ({ replies: [[{ say: 'Yes.' }]] })),
      },
      onEvent: (direction, event) => {
        if (direction === 'in') asked.push(JSON.stringify(event));
      },
    });
    modelUrl = (await model.listen({ port: 0 })).url;
  });
  afterAll(async () => {
    await model.close();
    await redis.stop();
  });

  let fleets = 0;
  const newPrefix = (): string => `fleet${(fleets += 1)}:`;

  async function joined(node: string, options: Partial<FleetOptions> & { prefix: string }): Promise<Fleet> {
    const fleet = await joinFleet({ url: redis.url, node, ...options });
    onTestFinished(() => fleet.leave());
    return fleet;
  }

  async function desk(prefix: string): Promise<FleetDesk> {
    const opened = await openFleetDesk({ url: redis.url, prefix });
    onTestFinished(() => opened.close());
    return opened;
  }

  async function call(fleet: Fleet, callId: string): Promise<RealtimeSession> {
    const agents = ['Desk', 'Billing'].map((name) => new RealtimeAgent({ name, instructions: `${name}.` }));
    const { session } = await fleet.takeCall({ callId, agents, transport: new OpenAIRealtimeWebSocket() });
    onTestFinished(() => session.close());
    session.on('error', () => {});
    await session.connect({ apiKey: 'local', url: modelUrl });
    return session;
  }

  it('admits as many calls as there is room for, together and each, and a call that moves always', async () => {
    const prefix = newPrefix();
    const one = await joined('one', { prefix, maxCalls: 3, maxCallsPerNode: 2 });
    const other = await joined('other', { prefix, maxCalls: 3, maxCallsPerNode: 2 });
    const wanted = await Promise.all(['CA1', 'CA2', 'CA3'].map((callId) => one.admit(callId)));
    expect(wanted.filter((isAdmitted) => isAdmitted)).toHaveLength(2);
    expect(await other.admit('CA4')).toBe(true);
    expect(await other.admit('CA5')).toBe(false);
    expect(await other.admit('CA1')).toBe(true);
    expect(await one.admit('CA5')).toBe(false);
    expect(await (await desk(prefix)).calls()).toHaveLength(3);
  });

  it('gives the place of a call whose process died to another one after its lease', async () => {
    const prefix = newPrefix();
    const one = await joined('one', { prefix, maxCalls: 1, leaseMs: 30 });
    expect(await one.admit('CA1')).toBe(true);
    await expect.poll(() => one.admit('CA2'), { interval: 10, timeout: 10_000 }).toBe(true);
  });

  it('moves a call to where its line is; the process that had it is told and its session closed', async () => {
    const prefix = newPrefix();
    const [one, other] = await Promise.all([joined('one', { prefix }), joined('other', { prefix })]);
    const agents = [new RealtimeAgent({ name: 'Desk' }), new RealtimeAgent({ name: 'Billing' })];
    const { promise: isLost, resolve } = Promise.withResolvers<string>();
    const first = await one.takeCall({
      callId: 'CA1',
      agents,
      transport: new OpenAIRealtimeWebSocket(),
      onLost: ({ code }) => resolve(code),
    });
    first.session.on('error', () => {});
    await first.session.connect({ apiKey: 'local', url: modelUrl });
    await first.session.updateAgent(agents[1] ?? agents[0]!);
    await first.flushed(10_000);
    const second = await other.takeCall({ callId: 'CA1', agents, transport: new OpenAIRealtimeWebSocket() });
    expect(second.isContinued).toBe(true);
    expect(second.session.currentAgent.name).toBe('Billing');
    first.session.sendMessage('Anybody?');
    expect(await isLost).toBe('ERR_LEASE_LOST');
    await second.session.connect({ apiKey: 'local', url: modelUrl });
    expect(second.session.history).toEqual([]);
    expect(await (await desk(prefix)).calls()).toEqual([{ callId: 'CA1', node: 'other' }]);
    second.session.close();
  });

  it('lets a supervisor see its calls, read along and step in, and answers when it is done', async () => {
    const prefix = newPrefix();
    const session = await call(await joined('one', { prefix }), 'CA1');
    const supervisor = await desk(prefix);
    expect(await supervisor.calls()).toEqual([{ callId: 'CA1', node: 'one' }]);

    await supervisor.command('CA1', { type: 'handOff', agentName: 'Billing' });
    expect(session.currentAgent.name).toBe('Billing');

    const hasSpoken = new Promise<string>((resolve) => {
      session.on('agent_end', (_context, _agent, output) => resolve(output));
    });
    await supervisor.command('CA1', { type: 'say', text: 'We close in five minutes.' });
    expect(await hasSpoken).toBe('As you wish.');
    expect(
      asked.filter((text) => text.includes('We close in five minutes.') && text.includes('"system"')),
    ).toHaveLength(1);

    await supervisor.command('CA1', { type: 'inject', text: 'The customer is a friend.' });
    await expect.poll(() => asked.filter((text) => text.includes('a friend')).length).toBe(1);

    const isRead = new AbortController();
    const seen: JournalEntry[] = [];
    for await (const entry of supervisor.tail('CA1', isRead.signal)) {
      seen.push(entry);
      if (entry.type === 'input' && entry.input.type === 'updateAgent') isRead.abort();
      if (isRead.signal.aborted) break;
    }
    expect(seen[0]?.type).toBe('state');

    await supervisor.command('CA1', { type: 'interrupt' });
    const isOver = new Promise<void>((resolve) => {
      session.on('connection', ({ state }) => {
        if (state === 'disconnected') resolve();
      });
    });
    await supervisor.command('CA1', { type: 'hangUp' });
    await isOver;
    await expect.poll(() => supervisor.calls()).toEqual([]);
  });

  it('lets no call wait for a command to another one, however long that takes', async () => {
    const prefix = newPrefix();
    const fleet = await joined('one', { prefix });
    await call(fleet, 'CA1');
    const isAsked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<string>();
    const instructions = (): Promise<string> => {
      isAsked.resolve();
      return answer.promise;
    };
    const agents = [new RealtimeAgent({ name: 'Desk' }), new RealtimeAgent({ name: 'Slow', instructions })];
    const slow = await fleet.takeCall({ callId: 'CA2', agents, transport: new OpenAIRealtimeWebSocket() });
    onTestFinished(() => slow.session.close());
    await slow.session.connect({ apiKey: 'local', url: modelUrl });
    const supervisor = await desk(prefix);
    const isHandedOff = supervisor.command('CA2', { type: 'handOff', agentName: 'Slow' });
    await isAsked.promise;
    await supervisor.command('CA1', { type: 'inject', text: 'Nobody waits.' });
    await expect.poll(() => asked.filter((text) => text.includes('Nobody waits.')).length).toBe(1);
    answer.resolve('Slow.');
    await isHandedOff;
    expect(slow.session.currentAgent.name).toBe('Slow');
  });

  it('says why a command was not carried out', async () => {
    const prefix = newPrefix();
    const supervisor = await desk(prefix);
    await call(await joined('one', { prefix }), 'CA1');
    await expect(supervisor.command('CA9', { type: 'interrupt' })).rejects.toMatchObject({ code: 'ERR_FLEET_CALL' });
    await expect(supervisor.command('CA1', { type: 'handOff', agentName: 'Nobody' })).rejects.toThrow(
      'the call has no agent Nobody; it has Desk, Billing',
    );
  });

  it('tells a process to drain', async () => {
    const prefix = newPrefix();
    const { promise: isDraining, resolve } = Promise.withResolvers<void>();
    await joined('one', { prefix, onDrain: resolve });
    await (await desk(prefix)).drain('one');
    await isDraining;
  });

  it('answers the command to drain though it has left the fleet by it', async () => {
    const prefix = newPrefix();
    const { promise: hasLeft, resolve } = Promise.withResolvers<void>();
    const fleet = await joinFleet({
      url: redis.url,
      prefix,
      node: 'one',
      onDrain: () => void fleet.leave().then(resolve),
    });
    await (await desk(prefix)).drain('one');
    await hasLeft;
  });

  it('goes on with calls that began while Redis was away, and has their journals when it is back', async () => {
    const prefix = newPrefix();
    const fleet = await joined('one', { prefix });
    const early = await call(fleet, 'CA1');
    await redis.stop();
    expect(await fleet.admit('CA2')).toBe(true);
    const late = await call(fleet, 'CA2');
    const answer = new Promise<string>((resolve) => {
      late.on('agent_end', (_context, _agent, output) => resolve(output));
    });
    late.sendMessage('Are you there?');
    expect(await answer).toBe('Yes.');
    await redis.start();
    const supervisor = await desk(prefix);
    const agents = [new RealtimeAgent({ name: 'Desk' }), new RealtimeAgent({ name: 'Billing' })];
    for (const session of [early, late]) {
      await session.updateAgent(agents[1] ?? agents[0]!);
      await session.updateAgent(agents[0]!);
    }
    await late.updateAgent(agents[1] ?? agents[0]!);
    const other = await joined('other', { prefix });
    await expect
      .poll(async () => {
        for await (const entry of supervisor.tail('CA2', AbortSignal.timeout(2000))) {
          if (entry.type === 'state') return true;
        }
        return false;
      })
      .toBe(true);
    const { session, isContinued } = await other.takeCall({
      callId: 'CA2',
      agents,
      transport: new OpenAIRealtimeWebSocket(),
    });
    expect(isContinued).toBe(true);
    expect(session.history.length).toBeGreaterThan(0);
    session.close();
  });
});
