import { afterEach, describe, expect, test } from 'vitest';
import {
  createRealtimeServer,
  type Fault,
  parseFault,
  parseFaultText,
  type RealtimeServer,
} from '../../src/server/index.ts';
import { type Arrival, ScriptedClient, toneVoice } from './scripted-client.ts';

const scenario = { turns: [{ replies: [[{ say: 'One two three four five six seven eight nine ten.' }]] }] };

/** One spoken turn under a fault, from the connection on. */
async function turnUnder(...faults: Fault[]): Promise<ScriptedClient> {
  const client = await ScriptedClient.open({ scenario: { ...scenario, faults } });
  client.say('Hello');
  await client.clock.advance(20_000);
  return client;
}

const plain = turnUnder();

function deltas({ arrivals }: ScriptedClient): Arrival[] {
  return arrivals.filter(({ event }) => event.type === 'response.output_audio.delta');
}

describe('a fault of the line', () => {
  test('delays every event by the same time', async () => {
    const delayed = await turnUnder({ kind: 'delay', ms: 300 });
    expect(delayed.types).toEqual((await plain).types);
    const [first] = (await plain).arrivals;
    expect(delayed.arrivals[0]?.atMs).toBe((first?.atMs ?? 0) + 300);
    await delayed.close();
  });

  test('jitters by a seed, in order, the same each time', async () => {
    const [one, same, other] = await Promise.all([
      turnUnder({ kind: 'jitter', maxMs: 500, seed: 7 }),
      turnUnder({ kind: 'jitter', maxMs: 500, seed: 7 }),
      turnUnder({ kind: 'jitter', maxMs: 500, seed: 8 }),
    ]);
    const times = (client: ScriptedClient): number[] => client.arrivals.map(({ atMs }) => atMs);
    expect(times(one)).toEqual(times(same));
    expect(times(one)).not.toEqual(times(other));
    expect(one.types).toEqual((await plain).types);
    expect(times(one)).toEqual(times(one).toSorted((a, b) => a - b));
  });

  test('jitters by a trace', async () => {
    const [even, traced] = [await plain, await turnUnder({ kind: 'jitter', traceMs: [0, 40] })];
    const [first, second] = traced.arrivals.map(({ atMs }, i) => atMs - (even.arrivals[i]?.atMs ?? 0));
    expect([first, second]).toEqual([0, 40]);
  });

  test('lets audio out in bursts', async () => {
    const client = await turnUnder({ kind: 'burst', ms: 400 });
    const times = new Set(deltas(client).map(({ atMs }) => atMs));
    expect(deltas(client)).toHaveLength(deltas(await plain).length);
    expect(times.size).toBeLessThan(deltas(client).length / 3);
    // A millisecond on the way.
    for (const atMs of times) expect((atMs - 1) % 400).toBe(0);
  });

  test.each([
    ['drop', (all: number, hit: number) => hit < all],
    ['duplicate', (all: number, hit: number) => hit > all],
  ] as const)('%ss some deltas', async (kind, compare) => {
    const client = await turnUnder({ kind, rate: 0.5, seed: 3, type: 'response.output_audio.delta' });
    expect(compare(deltas(await plain).length, deltas(client).length)).toBe(true);
    const others = (types: string[]): string[] => types.filter((type) => type !== 'response.output_audio.delta');
    expect(others(client.types)).toEqual(others((await plain).types));
  });

  test('swaps neighbours', async () => {
    const client = await turnUnder({ kind: 'reorder', rate: 0.3, seed: 3 });
    const numbersOf = ({ texts }: ScriptedClient): string[] =>
      texts.map((text) => (JSON.parse(text) as { event_id: string }).event_id);
    const numbers = numbersOf(client);
    expect(numbers).not.toEqual(numbers.toSorted());
    expect(numbers.toSorted()).toEqual(numbersOf(await plain).toSorted());
  });

  test('ends when it is cleared', async () => {
    const client = await ScriptedClient.open({
      scenario: { ...scenario, faults: [{ kind: 'drop', rate: 1, type: 'response.done' }] },
    });
    client.say('Hello');
    await client.next('rate_limits.updated');
    expect(client.of('response.done')).toEqual([]);
    client.faults.clear();
    client.say('Hello');
    expect((await client.next('response.done')).response.status).toBe('completed');
    await client.close();
  });
});

describe('an incident', () => {
  test('stalls the line before the third delta', async () => {
    const client = await turnUnder({ kind: 'stall', ms: 3000, at: 'response.output_audio.delta', nth: 3 });
    const [, second, third] = deltas(client).map(({ atMs }) => atMs);
    const [, , expected] = deltas(await plain).map(({ atMs }) => atMs);
    expect(third).toBe((expected ?? 0) + 3000);
    expect(second).toBe(deltas(await plain)[1]?.atMs);
    expect(client.types).toEqual((await plain).types);
  });

  test('leaves the connection half open, for two minutes', async () => {
    const client = await turnUnder({ kind: 'half-open', at: 'response.output_audio.delta' });
    expect(client.types.at(-1)).toBe('response.output_audio_transcript.delta');
    client.send({ type: 'response.cancel' });
    await client.clock.advance(60_000);
    expect(client.types.at(-1)).toBe('response.output_audio_transcript.delta');
    expect(client.closeCode).toBeNull();
    await client.clock.advance(61_000);
    expect(client.closeCode).not.toBeNull();
  });

  test.each([
    ['malformed', { kind: 'malformed' }, (text: string) => expect(() => JSON.parse(text)).toThrow()],
    ['huge-delta', { kind: 'huge-delta' }, (text: string) => expect(text.length).toBeGreaterThan(15_000_000)],
    ['deep-nesting', { kind: 'deep-nesting', levels: 500 }, (text: string) => expect(text).toContain('['.repeat(500))],
  ] as const)('sends a frame that is %s', async (_name, fault, check) => {
    const client = await ScriptedClient.open({ scenario });
    expect(client.faults.inject(fault)).toBe(true);
    await client.settle();
    check(client.texts.at(-1) ?? '');
    client.say('Hello');
    expect((await client.next('response.done')).response.status).toBe('completed');
    await client.close();
  });

  test('closes with a code', async () => {
    const client = await turnUnder({ kind: 'close', code: 1011, at: 'response.output_audio.delta', nth: 2 });
    expect(client.closeCode).toBe(1011);
    expect(deltas(client)).toHaveLength(1);
  });

  test('expires the session', async () => {
    const client = await ScriptedClient.open({ scenario });
    client.faults.inject({ kind: 'session-expired' });
    expect((await client.next('error')).error).toMatchObject({
      type: 'invalid_request_error',
      code: 'session_expired',
    });
    await client.settle();
    expect(client.closeCode).toBe(1001);
  });

  test('fails the next response for its rate, and only that', async () => {
    const client = await ScriptedClient.open({ scenario });
    client.faults.inject({ kind: 'rate-limited' }, client.of('session.created')[0]?.session.id);
    client.say('Hello');
    expect((await client.next('response.done')).response).toMatchObject({
      status: 'failed',
      status_details: { error: { code: 'rate_limit_exceeded' } },
    });
    client.send({ type: 'response.create' });
    expect((await client.next('response.done')).response.status).toBe('completed');
    await client.close();
  });

  test('happens where a scenario says, as does a stall of the model', async () => {
    const reply = [
      { say: 'Wait.' },
      { stallMs: 5000 },
      { say: 'Done.' },
      { fault: { kind: 'close', code: 4000 } as const },
    ];
    const client = await ScriptedClient.open({ scenario: { turns: [{ replies: [reply] }] } });
    client.say('Hello');
    await client.clock.advance(20_000);
    const [first, second] = client.arrivals.filter(({ event }) => event.type === 'response.output_item.done');
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(5000);
    expect(client.closeCode).toBe(4000);
    expect(client.of('response.done')).toEqual([]);
  });

  test('meets nobody when there is no such session', async () => {
    const client = await ScriptedClient.open();
    expect(client.faults.inject({ kind: 'malformed' }, 'sess_none')).toBe(false);
    await client.close();
  });
});

describe('over a WebSocket', () => {
  const servers: RealtimeServer[] = [];
  afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

  async function listen(apiKey?: string): Promise<{ url: string; http: string; server: RealtimeServer }> {
    const server = createRealtimeServer({ voice: toneVoice, ...(apiKey !== undefined && { apiKey }) });
    servers.push(server);
    const { url, port } = await server.listen();
    return { url, http: `http://127.0.0.1:${port}/faults`, server };
  }

  /** How a connection attempt ends: with a status, open, or closed without an answer. */
  async function attempt(url: string): Promise<number | 'open' | 'closed'> {
    const { WebSocket } = await import('ws');
    const socket = new WebSocket(url);
    return new Promise((resolve) => {
      socket.on('error', () => {});
      socket.on('close', () => resolve('closed'));
      socket.on('unexpected-response', (_request, response) => {
        resolve(response.statusCode ?? 0);
        response.destroy();
      });
      socket.on('open', () => {
        resolve('open');
        socket.terminate();
      });
    });
  }

  test('handshakes are refused as often as asked for', async () => {
    const { url, server } = await listen();
    server.faults.inject({ kind: 'handshake', answer: 429, times: 2 });
    expect([await attempt(url), await attempt(url), await attempt(url)]).toEqual([429, 429, 'open']);
    server.faults.inject({ kind: 'handshake', answer: 401 });
    expect(await attempt(url)).toBe(401);
    server.faults.clear();
    expect(await attempt(url)).toBe('open');
  });

  test('a handshake that is never answered does not keep the server from closing', async () => {
    const { url, server } = await listen();
    server.faults.inject({ kind: 'handshake', answer: 'never', times: 1 });
    const unanswered = attempt(url);
    expect(await attempt(url)).toBe('open');
    await server.close();
    expect(await unanswered).toBe('closed');
  });

  test('1006 breaks the connection, half-open answers no ping', async () => {
    const { url, server } = await listen();
    const { WebSocket } = await import('ws');
    const broken = new WebSocket(url);
    await new Promise((resolve) => void broken.once('message', resolve));
    const closed = new Promise((resolve) => void broken.once('close', resolve));
    server.faults.inject({ kind: 'close', code: 1006 });
    expect(await closed).toBe(1006);

    const silent = new WebSocket(url);
    await new Promise((resolve) => void silent.once('message', resolve));
    let pongs = 0;
    silent.on('pong', () => {
      pongs += 1;
    });
    await new Promise((resolve) => {
      silent.once('pong', resolve);
      silent.ping();
    });
    server.faults.inject({ kind: 'half-open' });
    silent.ping();
    // Another connection, opened later, gets its answer.
    const other = new WebSocket(url);
    await new Promise((resolve) => void other.once('message', resolve));
    expect(pongs).toBe(1);
    // Neither of them keeps the server from closing.
    await server.close();
  });

  test('faults are shown, injected and cleared by HTTP', async () => {
    const { http } = await listen();
    const send = async (method: string, body?: string, headers = { 'content-type': 'application/json' }) => {
      const answer = await fetch(http, { method, headers, ...(body !== undefined && { body }) });
      return [answer.status, await answer.json()];
    };
    expect(await send('POST', '{"kind":"delay","ms":50}')).toEqual([200, { active: [{ kind: 'delay', ms: 50 }] }]);
    expect(await send('POST', '{"kind":"delay","ms":70}')).toEqual([200, { active: [{ kind: 'delay', ms: 70 }] }]);
    expect((await send('POST', '{"kind":"nonsense"}'))[0]).toBe(400);
    expect((await send('POST', 'no JSON'))[0]).toBe(400);
    expect((await send('POST', `{"kind":"${'x'.repeat(100_000)}"}`))[0]).toBe(400);
    expect((await send('POST', '{"kind":"malformed"}'))[0]).toBe(404);
    expect((await send('POST', '{"kind":"delay","ms":50}', { 'content-type': 'text/plain' }))[0]).toBe(415);
    expect((await send('PUT', '{}'))[0]).toBe(405);
    expect(await send('GET')).toEqual([200, { active: [{ kind: 'delay', ms: 70 }] }]);
    expect(await send('DELETE')).toEqual([200, { active: [] }]);
  });

  test('HTTP asks for the key', async () => {
    const { http } = await listen('secret');
    expect((await fetch(http)).status).toBe(404);
    expect((await fetch(http, { headers: { authorization: 'Bearer secret' } })).status).toBe(200);
  });
});

describe('parseFaultText', () => {
  test.each<[string, Fault]>([
    ['delay:80', { kind: 'delay', ms: 80 }],
    ['jitter:40', { kind: 'jitter', maxMs: 40 }],
    ['drop:0.01', { kind: 'drop', rate: 0.01 }],
    ['half-open', { kind: 'half-open' }],
    [
      'stall:2000@response.output_audio.delta#3',
      { kind: 'stall', ms: 2000, at: 'response.output_audio.delta', nth: 3 },
    ],
    ['close:1011@response.created', { kind: 'close', code: 1011, at: 'response.created' }],
    ['429', { kind: 'handshake', answer: 429 }],
    ['never-upgrade', { kind: 'handshake', answer: 'never' }],
    ['{"kind":"jitter","traceMs":[0,5]}', { kind: 'jitter', traceMs: [0, 5] }],
  ])('reads %s', (text, fault) => {
    expect(parseFaultText(text)).toEqual(fault);
  });

  test.each([
    '',
    'dely:3',
    'delay',
    'delay:x',
    'drop:2',
    'half-open:3',
    'close:1005',
    '{',
    '{"kind":"delay"}',
    '401@x',
  ])('refuses "%s"', (text) => {
    expect(() => parseFaultText(text)).toThrow(expect.objectContaining({ code: 'ERR_FAULT' }));
  });

  test('parseFault refuses what is no object', () => {
    expect(() => parseFault('delay:80')).toThrow(expect.objectContaining({ code: 'ERR_FAULT' }));
  });
});
