// A transport whose methods throw, or are asynchronous and reject: the app is told, and what can be done is done.

import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { RealtimeAgent } from '../../src/agent/agent.ts';
import { hostedMcpTool } from '../../src/agent/hosted-mcp.ts';
import type { RunToolApprovalItem } from '../../src/agent/approval-item.ts';
import { tool } from '../../src/agent/tool.ts';
import type { SessionAudio } from '../../src/session-audio.ts';
import { ScriptedTransport } from '../../src/testing/scripted-transports.ts';
import { settle, stage } from './stage.ts';

const FAILURE = new Error('the transport fails');
const IMAGE = 'data:image/png;base64,AA==';

const ways: Readonly<Record<'throws' | 'rejects', () => unknown>> = {
  throws: () => {
    throw FAILURE;
  },
  rejects: () => Promise.reject(FAILURE),
};
type Way = keyof typeof ways;

/** What a driving session calls, and what in the call below has it called. */
const methods = [
  'sendMessage',
  'sendAudio',
  'updateSessionConfig',
  'close',
  'mute',
  'sendFunctionCallOutput',
  'resetHistory',
  'sendMcpResponse',
  'createResponse',
  'cancelResponse',
  'truncateItem',
  'releaseAudio',
] as const;

/** A method that throws for its own caller, the app, instead of for the session. */
const callersOwn: ReadonlySet<string> = new Set(['sendAudio', 'mute', 'sendMcpResponse']);

async function call(over: ScriptedTransport) {
  const parameters = z.object({});
  const agent = new RealtimeAgent({
    name: 'Ann',
    tools: [
      tool({ name: 'weather', description: '', parameters, execute: () => 'sunny' }),
      hostedMcpTool({ serverLabel: 'docs', serverUrl: 'https://mcp.example' }),
    ],
  });
  const staged = await stage({ agent, over });
  const { session, transport, clock, argsOf } = staged;
  const thrown: unknown[] = [];
  const tryTo = async (command: () => unknown): Promise<void> => {
    try {
      await command();
    } catch (error) {
      thrown.push(error);
    }
    await settle();
  };
  const converse = async (): Promise<void> => {
    await tryTo(() => session.sendMessage('Hello'));
    transport.startResponse('r1');
    transport.play('r1', 'i1');
    transport.call('c1', 'weather', {}, 'r1');
    await settle();
    const position = { itemId: 'i1', contentIndex: 0, responseId: 'r1', receivedFrames: 480, renderedFrames: 100 };
    transport.playout.published = [position];
    await tryTo(() => session.interrupt());
    await clock.advance(300);
    transport.finishResponse('r1');
    const request = { itemId: 'm1', type: 'mcp_approval_request', serverLabel: 'docs', name: 'find' } as const;
    transport.emit('mcp_approval_request', { ...request, arguments: {} });
    await settle();
    const { approvalItem } = argsOf('tool_approval_requested')[2] as { approvalItem: RunToolApprovalItem };
    await tryTo(() => session.approve(approvalItem));
    await tryTo(() => session.addImage(IMAGE, { triggerResponse: false }));
    await tryTo(() => session.sendAudio(new Uint8Array(4)));
    await tryTo(() => session.mute(true));
    await tryTo(() => session.updateHistory([]));
    await tryTo(() => session.updateAgent(new RealtimeAgent({ name: 'Bea' })));
  };
  return { ...staged, thrown, converse };
}

/** A method of an object fails until the returned function is called. */
function failing(target: object, method: string, way: Way): { calls: number; mend: () => void } {
  const failure = {
    calls: 0,
    mend: () => void Reflect.deleteProperty(target, method),
  };
  const value = () => {
    failure.calls += 1;
    return ways[way]();
  };
  Object.defineProperty(target, method, { configurable: true, value });
  return failure;
}

describe.each(Object.keys(ways) as Way[])('a method that %s', (way) => {
  it.each(methods)('%s: the app is told, and the session goes on', async (method) => {
    const over = new ScriptedTransport();
    const failsEarly = method === 'releaseAudio';
    const early = failsEarly ? failing(over, method, way) : null;
    const { session, transport, clock, errors, thrown, sentOf, converse, log } = await call(over);
    const told = (): unknown[] => [...errors(), ...thrown];
    const failure = early ?? failing(transport, method, way);
    await converse();
    if (method === 'close') session.close();
    await settle();
    expect(failure.calls).toBeGreaterThan(0);
    if (!failsEarly) {
      expect(told()).toContain(FAILURE);
      if (way === 'throws') expect(thrown.includes(FAILURE)).toBe(callersOwn.has(method));
    }
    expect(told().every((error) => error === FAILURE)).toBe(true);
    if (method === 'close') return expect(log.length).toBeGreaterThan(0);
    // Once it works again, nothing that waited is lost, and the next turn is asked for.
    failure.mend();
    await clock.advance(60_000);
    expect(sentOf('output')).toEqual([['output', 'c1', 'sunny', false]]);
    transport.startResponse('r2');
    transport.finishResponse('r2');
    const before = sentOf('createResponse').length;
    session.sendMessage('Once more');
    await settle();
    expect(sentOf('createResponse').length).toBeGreaterThan(before);
    session.close();
    expect(transport.status).toBe('disconnected');
    expect(clock.timerCount).toBe(0);
  });
});

describe('a playout that throws', () => {
  it.each(['flush', 'positions', 'end'])('in %s: the session goes on, and closes', async (method) => {
    const { session, transport, clock, errors, thrown, sentOf, converse } = await call(new ScriptedTransport());
    failing(transport.playout, method, 'throws');
    await converse();
    await clock.advance(60_000);
    expect(thrown).toEqual([]);
    expect(errors().every((error) => error === FAILURE)).toBe(true);
    expect(sentOf('output')).toHaveLength(1);
    session.close();
    expect(transport.status).toBe('disconnected');
    expect(clock.timerCount).toBe(0);
  });

  it('as the session ends: the microphone is closed, and the line', async () => {
    const transport = new ScriptedTransport();
    let isClosed = false;
    const audio = {
      playout: transport.playout,
      muted: false,
      mute: () => {},
      open: async () => {},
      close: () => (isClosed = true),
    } as unknown as SessionAudio;
    const { session, errors } = await stage({ over: transport, audio });
    failing(transport.playout, 'flush', 'throws');
    session.close();
    expect(errors()).toEqual([FAILURE]);
    expect([isClosed, transport.status]).toEqual([true, 'disconnected']);
  });
});
