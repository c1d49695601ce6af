// `bargein fleet` against a real Redis server, a process of a fleet with a call, and a model.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { fleet, type FleetFlags } from '../../src/cli/fleet.ts';
import { type JournalEntry, OpenAIRealtimeWebSocket, RealtimeAgent, type RealtimeSession } from '../../src/index.ts';
import { createRealtimeServer, joinFleet, type RealtimeServer } from '../../src/server/index.ts';
import { hasRedis, RedisServer } from '../server/journals/redis-server.ts';
import { toneVoice } from '../server/scripted-client.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

const title = hasRedis ? 'bargein fleet' : 'bargein fleet (skipped: redis-server is not installed)';
describe.skipIf(!hasRedis)(title, () => {
  let redis: RedisServer;
  let model: RealtimeServer;
  let modelUrl = '';
  beforeAll(async () => {
    redis = await RedisServer.start();
    model = createRealtimeServer({ voice: toneVoice, scenario: { opening: [[{ say: 'As you wish.' }]], turns: [] } });
    modelUrl = (await model.listen({ port: 0 })).url;
  });
  afterAll(async () => {
    await model.close();
    await redis.stop();
  });

  let prefixes = 0;
  /** A fleet of one process with one call. */
  async function fleetWithCall(onDrain?: () => void): Promise<{ prefix: string; session: RealtimeSession }> {
    const prefix = `cli${(prefixes += 1)}:`;
    const member = await joinFleet({ url: redis.url, prefix, node: 'gateway-1', onDrain });
    onTestFinished(() => member.leave());
    const { session } = await member.takeCall({
      callId: 'CA1',
      agents: [new RealtimeAgent({ name: 'Desk' })],
      transport: new OpenAIRealtimeWebSocket(),
    });
    session.on('error', () => {});
    await session.connect({ apiKey: 'local', url: modelUrl });
    return { prefix, session };
  }

  /** What the command prints. */
  async function run(
    flags: Partial<FleetFlags> & { prefix: string; action: string },
    onLine?: (line: string) => void,
    onRecord: (value: unknown) => void = () => {},
  ): Promise<string[]> {
    const lines: string[] = [];
    const line = (text: string): void => {
      lines.push(text);
      onLine?.(text);
    };
    const terminal = { line, record: onRecord, status: () => {}, end: () => {} };
    await fleet({ target: undefined, words: [], url: redis.url, ...flags }, terminal);
    return lines;
  }

  test('ls lists the calls and who has them', async () => {
    const { prefix, session } = await fleetWithCall();
    const records: unknown[] = [];
    const lines = await run({ prefix, action: 'ls' }, undefined, (value) => records.push(value));
    expect(lines).toEqual(['CA1  gateway-1', '1 call']);
    expect(records).toEqual([{ calls: [{ callId: 'CA1', node: 'gateway-1' }] }]);
    session.close();
    await expect.poll(() => run({ prefix, action: 'ls' })).toEqual(['0 calls']);
  });

  test('say has the agent say it, in a process of its own, and ends when the call has heard it', async () => {
    const { prefix, session } = await fleetWithCall();
    const answer = new Promise<string>((resolve) => {
      session.on('agent_end', (_context, _agent, output) => resolve(output));
    });
    const args = ['fleet', 'say', 'CA1', 'We', 'close', 'soon.', '--url', redis.url, '--prefix', prefix];
    const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=bargein-source', MAIN, ...args]);
    expect(stdout).toBe('said\n');
    expect(await answer).toBe('As you wish.');
    expect(JSON.stringify(session.history)).toContain('We close soon.');
  });

  test('tail prints the journal and what comes, one entry a line, until it is interrupted', async () => {
    const { prefix, session } = await fleetWithCall();
    const entries: JournalEntry[] = [];
    const { promise: hasInterrupt, resolve } = Promise.withResolvers<void>();
    const tail = run({ prefix, action: 'tail', target: 'CA1' }, (line) => {
      entries.push(JSON.parse(line) as JournalEntry);
      if (entries.length === 1) session.interrupt();
      if (entries.some((entry) => entry.type === 'input' && entry.input.type === 'interrupt')) resolve();
    });
    await hasInterrupt;
    process.emit('SIGINT');
    await tail;
    expect(entries[0]?.type).toBe('state');
  });

  test('drain tells a process to end its work', async () => {
    const { promise: isDraining, resolve } = Promise.withResolvers<void>();
    const { prefix } = await fleetWithCall(resolve);
    expect(await run({ prefix, action: 'drain', target: 'gateway-1' })).toEqual(['draining']);
    await isDraining;
  });

  test('says what is wrong: a call that nobody has, an action that there is not, a word that is missing', async () => {
    const { prefix } = await fleetWithCall();
    const nobody = run({ prefix, action: 'say', target: 'CA9', words: ['Hello.'] });
    await expect(nobody).rejects.toMatchObject({ code: 'ERR_FLEET_CALL' });
    await expect(run({ prefix, action: 'shout' })).rejects.toThrow('fleet takes ls, tail, say or drain, got shout');
    await expect(run({ prefix, action: 'say', target: 'CA1' })).rejects.toThrow('what to say is missing');
    await expect(run({ prefix, action: 'drain' })).rejects.toThrow('the name of a process is missing');
    await expect(run({ prefix, action: 'ls', url: 'redis://127.0.0.1:1' })).rejects.toMatchObject({
      code: 'ERR_REDIS_CONNECT',
    });
  });
});
