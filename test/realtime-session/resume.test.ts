// A call whose process dies: another session goes on with it from the journal, over real sockets.

import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { deferred } from '../../src/deferred.ts';
import type { JournalEntry, RealtimeToolApprovalRequest, SessionJournal } from '../../src/index.ts';
import { OpenAIRealtimeWebSocket, RealtimeAgent, RealtimeSession, tool } from '../../src/index.ts';
import type { RealtimeServer, Scenario } from '../../src/server/index.ts';
import { createRealtimeServer } from '../../src/server/index.ts';
import { toneVoice } from '../server/scripted-client.ts';
import { ScriptedTransport } from '../../src/testing/scripted-transports.ts';
import { settle } from './stage.ts';

const servers: RealtimeServer[] = [];
const sessions: RealtimeSession[] = [];

afterEach(async () => {
  for (const session of sessions.splice(0)) session.close();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** A journal as another process would read it. */
class TextJournal implements SessionJournal {
  readonly lines: string[] = [];

  append(entry: JournalEntry): void {
    this.lines.push(JSON.stringify(entry));
  }

  read(): JournalEntry[] {
    return this.lines.map((line) => JSON.parse(line) as JournalEntry);
  }
}

async function serve(scenario: Scenario): Promise<{ url: string; created: () => Record<string, unknown>[] }> {
  const items: { sessionId: string; item: Record<string, unknown> }[] = [];
  const server = createRealtimeServer({
    scenario,
    voice: toneVoice,
    pace: { intervalMs: 0 },
    onEvent: (direction, event, _atMs, { sessionId }) => {
      if (direction !== 'in' || event.type !== 'conversation.item.create') return;
      items.push({ sessionId, item: event['item'] as Record<string, unknown> });
    },
  });
  servers.push(server);
  const { url } = await server.listen();
  const created = (): Record<string, unknown>[] =>
    items.filter(({ sessionId }) => sessionId === items.at(-1)?.sessionId).map(({ item }) => item);
  return { url, created };
}

function answered(session: RealtimeSession, text: string): Promise<void> {
  const { promise, resolve } = deferred<void>();
  session.on('agent_end', (_context, _agent, output) => {
    if (output.includes(text)) resolve();
  });
  return promise;
}

/** Breaks off like a process that dies: nothing is said to anybody, and nobody tries again. */
function die(session: RealtimeSession): void {
  const { transport } = session;
  if (transport instanceof OpenAIRealtimeWebSocket) transport.removeAllListeners();
  transport.close();
}

describe('a session that goes on with the call of another one', () => {
  it('knows the history, the agent in charge and what was used, and the model is told all of it', async () => {
    const { url, created } = await serve({
      turns: [{ replies: [[{ say: 'Good morning.' }]] }, { replies: [[{ say: 'Still morning.' }]] }],
    });
    const desk = new RealtimeAgent({ name: 'Desk' });
    const billing = new RealtimeAgent({ name: 'Billing', instructions: 'Bill.' });
    const journal = new TextJournal();
    const session = new RealtimeSession(desk, { transport: new OpenAIRealtimeWebSocket(), journal, reconnect: false });
    sessions.push(session);
    await session.connect({ apiKey: 'local', url });
    const isHeard = deferred<void>();
    session.on('playback_done', () => isHeard.resolve());
    await session.updateAgent(billing);
    session.sendMessage('Hello');
    await isHeard.promise;
    die(session);

    const next = RealtimeSession.resume(journal.read(), {
      agents: [desk, billing],
      transport: new OpenAIRealtimeWebSocket(),
      journal,
    });
    sessions.push(next);
    expect(next.currentAgent.name).toBe('Billing');
    expect(next.history).toHaveLength(2);
    expect(next.usage.requests).toBe(1);
    await next.connect({ apiKey: 'local', url });
    const end = answered(next, 'Still morning.');
    next.sendMessage('And now?');
    await end;
    expect(created().map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
    // A third process can go on from what the second has written.
    const third = RealtimeSession.resume(journal.read(), {
      agents: [desk, billing],
      transport: new OpenAIRealtimeWebSocket(),
    });
    expect(third.history).toHaveLength(4);
  });

  it('asks again for an approval that nobody gave, and runs the tool once', async () => {
    let runs = 0;
    const book = tool({
      name: 'book',
      description: 'Books a room.',
      parameters: z.object({}),
      needsApproval: true,
      execute: () => {
        runs += 1;
        return 'booked';
      },
    });
    const { url } = await serve({
      turns: [{ replies: [[{ call: 'book', arguments: {} }], [{ say: 'It is yours.' }]] }],
    });
    const desk = new RealtimeAgent({ name: 'Desk', tools: [book] });
    const journal = new TextJournal();
    const session = new RealtimeSession(desk, { transport: new OpenAIRealtimeWebSocket(), journal });
    sessions.push(session);
    const isAsked = deferred<void>();
    session.on('tool_approval_requested', () => isAsked.resolve());
    await session.connect({ apiKey: 'local', url });
    session.sendMessage('Book it.');
    await isAsked.promise;
    die(session);

    const next = RealtimeSession.resume(journal.read(), {
      agents: [desk],
      transport: new OpenAIRealtimeWebSocket(),
      journal,
    });
    sessions.push(next);
    const asked = deferred<RealtimeToolApprovalRequest>();
    next.on('tool_approval_requested', (_context, _agent, request) => {
      if (request.type === 'function_approval') asked.resolve(request);
    });
    await next.connect({ apiKey: 'local', url });
    const end = answered(next, 'It is yours.');
    await next.approve((await asked.promise).approvalItem);
    await end;
    expect(runs).toBe(1);
    expect(journal.read().filter(({ type }) => type === 'tool_started')).toHaveLength(1);
  });

  it('never runs again a tool that had been started', async () => {
    let runs = 0;
    const started = deferred<void>();
    const pay = tool({
      name: 'pay',
      description: 'Pays.',
      parameters: z.object({}),
      execute: () => {
        runs += 1;
        started.resolve();
        return new Promise<string>(() => {});
      },
    });
    const { url, created } = await serve({
      turns: [{ replies: [[{ call: 'pay', arguments: {} }], [{ say: 'Let me look.' }]] }],
    });
    const desk = new RealtimeAgent({ name: 'Desk', tools: [pay] });
    const journal = new TextJournal();
    const session = new RealtimeSession(desk, { transport: new OpenAIRealtimeWebSocket(), journal });
    sessions.push(session);
    await session.connect({ apiKey: 'local', url });
    session.sendMessage('Pay.');
    await started.promise;
    die(session);

    const next = RealtimeSession.resume(journal.read(), { agents: [desk], transport: new OpenAIRealtimeWebSocket() });
    sessions.push(next);
    const end = answered(next, 'Let me look.');
    await next.connect({ apiKey: 'local', url });
    await end;
    expect(runs).toBe(1);
    expect(created()).toContainEqual(expect.objectContaining({ output: expect.stringMatching(/result was lost/) }));
  });

  it.each([
    ['no agents', [], 'ERR_UNKNOWN_AGENT'],
    ['not the agent in charge', [new RealtimeAgent({ name: 'Other' })], 'ERR_UNKNOWN_AGENT'],
  ])('is refused with %s', async (_what, agents, code) => {
    const journal = new TextJournal();
    const session = new RealtimeSession(new RealtimeAgent({ name: 'Desk' }), {
      transport: new ScriptedTransport(),
      journal,
    });
    await session.connect();
    const resume = (): unknown =>
      RealtimeSession.resume(journal.read(), { agents, transport: new ScriptedTransport() });
    expect(resume).toThrow(expect.objectContaining({ code }));
  });

  it('is refused with a journal that does not begin', () => {
    const agents = [new RealtimeAgent({ name: 'Desk' })];
    const resume = (): unknown => RealtimeSession.resume([], { agents, transport: new ScriptedTransport() });
    expect(resume).toThrow(expect.objectContaining({ code: 'ERR_JOURNAL_INCOMPLETE' }));
  });

  it('can try to connect again when it could not', async () => {
    const journal = new TextJournal();
    const desk = new RealtimeAgent({ name: 'Desk' });
    const session = new RealtimeSession(desk, { transport: new ScriptedTransport(), journal });
    await session.connect();
    const transport = new ScriptedTransport();
    const next = RealtimeSession.resume(journal.read(), { agents: [desk], transport });
    transport.onConnect = () => Promise.reject(new Error('503'));
    await expect(next.connect()).rejects.toThrow('503');
    transport.onConnect = () => {};
    await next.connect();
    next.sendMessage('Hello');
    expect(transport.sent).toContainEqual(['message', 'Hello', false]);
  });
});

describe('a journal that tells when an entry is safe', () => {
  const pay = (onRun: () => void) =>
    tool({
      name: 'pay',
      description: 'Pays.',
      parameters: z.object({}),
      execute: () => {
        onRun();
        return 'paid';
      },
    });

  async function calling(journal: SessionJournal, onRun: () => void) {
    const transport = new ScriptedTransport();
    const session = new RealtimeSession(new RealtimeAgent({ name: 'Desk', tools: [pay(onRun)] }), {
      transport,
      journal,
    });
    const errors: unknown[] = [];
    session.on('error', ({ error }) => errors.push(error));
    await session.connect();
    transport.startResponse('r1');
    transport.call('c1', 'pay', {}, 'r1');
    await settle();
    return { transport, errors };
  }

  it('is waited for before a tool runs', async () => {
    const gate = deferred<void>();
    let runs = 0;
    const journal: SessionJournal = { append: ({ type }) => (type === 'tool_started' ? gate.promise : undefined) };
    const { transport } = await calling(journal, () => (runs += 1));
    expect(runs).toBe(0);
    gate.resolve();
    await settle();
    expect(runs).toBe(1);
    expect(transport.sent).toContainEqual(['output', 'c1', 'paid', false]);
  });

  it('and refuses the start of a tool keeps it from running', async () => {
    let runs = 0;
    const fenced = new Error('another process owns the call');
    const journal: SessionJournal = {
      append: ({ type }) => (type === 'tool_started' ? Promise.reject(fenced) : undefined),
    };
    const { transport, errors } = await calling(journal, () => (runs += 1));
    expect(runs).toBe(0);
    expect(errors).toEqual([fenced]);
    expect(transport.sent).toContainEqual(['output', 'c1', expect.stringMatching(/was not run/), false]);
  });

  it('and fails otherwise is an error of the session, which goes on', async () => {
    let runs = 0;
    const journal: SessionJournal = {
      append: ({ type }) => {
        if (type === 'input') throw new Error('disk full');
      },
    };
    const { errors } = await calling(journal, () => (runs += 1));
    expect(runs).toBe(1);
    expect(errors.length).toBeGreaterThan(0);
  });
});
