import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { RealtimeAgent } from '../../src/agent/agent.ts';
import { RunToolApprovalItem } from '../../src/agent/approval-item.ts';
import { backgroundResult } from '../../src/agent/background-result.ts';
import type { RealtimeTool, ToolErrorFunction } from '../../src/agent/tool.ts';
import { tool } from '../../src/agent/tool.ts';
import { deferred } from '../../src/deferred.ts';
import type { RealtimeToolApprovalRequest } from '../../src/session-events.ts';
import { ForeignTransport, ScriptedTransport } from '../../src/testing/scripted-transports.ts';
import { settle, stage } from './stage.ts';

const weather = tool({
  name: 'weather',
  description: 'Weather of a city.',
  parameters: z.object({ city: z.string() }),
  execute: ({ city }) => `sunny in ${city}`,
});

function agentWith(...tools: RealtimeTool[]): RealtimeAgent {
  return new RealtimeAgent({ name: 'Ann', tools });
}

describe('a tool call', () => {
  it('runs, tells of its start and end with the live objects, sends its output and asks for one response', async () => {
    const agent = agentWith(weather);
    const onAgent = vi.fn();
    agent.on('agent_tool_end', onAgent);
    const { session, transport, names, argsOf, sentOf } = await stage({ agent });
    transport.startResponse('r1');
    transport.call('c1', 'weather', { city: 'Riga' }, 'r1');
    transport.finishResponse('r1');
    await settle();
    expect(sentOf('output')).toEqual([['output', 'c1', 'sunny in Riga', false]]);
    expect(sentOf('createResponse')).toHaveLength(1);
    expect(names().filter((name) => name.startsWith('agent_tool'))).toEqual(['agent_tool_start', 'agent_tool_end']);
    const toolCall = expect.objectContaining({
      type: 'function_call',
      callId: 'c1',
      name: 'weather',
      arguments: '{"city":"Riga"}',
    });
    expect(argsOf('agent_tool_start')).toEqual([session.context, agent, weather, { toolCall }]);
    expect(argsOf('agent_tool_end')).toEqual([session.context, agent, weather, 'sunny in Riga', { toolCall }]);
    expect(onAgent).toHaveBeenCalledWith(session.context, weather, 'sunny in Riga', { toolCall });
  });

  it('is answered by its errorFunction when its arguments are wrong', async () => {
    const errorFunction = vi.fn((_context: unknown, error: unknown) => `Ask for the city. ${(error as Error).name}`);
    const agent = agentWith(
      tool({
        name: 'weather',
        description: '',
        parameters: z.object({ city: z.string() }),
        execute: () => '',
        errorFunction,
      }),
    );
    const { session, transport, sentOf, errors } = await stage({ agent });
    transport.startResponse('r1');
    transport.call('c1', 'weather', { city: 7 }, 'r1');
    transport.call('c2', 'weather', '{"city"', 'r1');
    await settle();
    const output = 'Ask for the city. InvalidToolInputError';
    expect(sentOf('output').map((sent) => sent[2])).toEqual([output, output]);
    expect(errorFunction).toHaveBeenCalledWith(session.context, expect.anything(), {
      toolCall: expect.objectContaining({ callId: 'c2' }),
    });
    expect(errors()).toEqual([]);
  });

  it('whose result is no JSON is not said to have failed: it has run', async () => {
    const agent = agentWith(
      tool({ name: 'count', description: '', parameters: z.object({}), execute: () => ({ count: 5n }) }),
    );
    const { transport, sentOf, errors, names } = await stage({ agent });
    transport.startResponse('r1');
    transport.call('c1', 'count', {}, 'r1');
    await settle();
    expect(sentOf('output').map((sent) => sent[2])).toEqual(['The tool has run, but its result can not be shown.']);
    expect(errors()).toMatchObject([{ code: 'ERR_TOOL_FAILED' }]);
    expect(names()).toContain('agent_tool_end');
  });

  it('gets the context with the history, and a signal', async () => {
    const seen: unknown[] = [];
    const spy = tool({
      name: 'spy',
      description: 'Looks around.',
      parameters: z.object({}),
      execute: (_input, context, details) => {
        seen.push(context?.context, details?.signal?.aborted, details?.toolCall?.callId);
        return { looked: true };
      },
    });
    const { session, transport, sentOf } = await stage({ agent: agentWith(spy), context: { guest: 'Kim' } });
    transport.item('i1', 'hello', 'user');
    transport.startResponse('r1');
    transport.call('c1', 'spy', {}, 'r1');
    await settle();
    expect(seen).toEqual([{ guest: 'Kim', history: session.history }, false, 'c1']);
    expect(session.history).toHaveLength(1);
    expect(sentOf('output')).toEqual([['output', 'c1', '{"looked":true}', false]]);
  });

  it('leaves its signal alone once it has returned', async () => {
    let signal: AbortSignal | undefined;
    const quick = tool({
      ...optionsOf('quick'),
      execute: (_input, _context, details) => {
        signal = details?.signal;
        return 'done';
      },
    });
    const { transport, clock, sentOf } = await stage({ agent: agentWith(quick) });
    transport.startResponse('r1');
    transport.call('c1', 'quick', {}, 'r1');
    await clock.advance(120_000);
    expect(sentOf('output')).toEqual([['output', 'c1', 'done', false]]);
    expect(signal?.aborted).toBe(false);
  });

  it('has its arguments checked once, so that what the rule saw is what runs', async () => {
    let checks = 0;
    const seen: unknown[] = [];
    const counting = tool({
      name: 'counting',
      description: 'Counts.',
      parameters: z.object({ n: z.number().transform(() => ++checks) }),
      needsApproval: async (_context, input) => {
        seen.push(input.n);
        return false;
      },
      execute: ({ n }) => seen.push(n),
    });
    const { transport } = await stage({ agent: agentWith(counting) });
    transport.startResponse('r1');
    transport.call('c1', 'counting', { n: 9 }, 'r1');
    await settle();
    expect(seen).toEqual([1, 1]);
  });

  it('in the background sends its output and asks for nothing', async () => {
    const note = tool({
      name: 'note',
      description: 'Takes a note.',
      parameters: z.object({}),
      execute: () => backgroundResult('noted'),
    });
    const { transport, sentOf } = await stage({ agent: agentWith(note) });
    transport.startResponse('r1');
    transport.call('c1', 'note', {}, 'r1');
    transport.finishResponse('r1');
    await settle();
    expect(sentOf('output')).toEqual([['output', 'c1', 'noted', false]]);
    expect(sentOf('createResponse')).toEqual([]);
  });

  it('of a tool made by hand that states plainly that it needs approval does not run unasked', async () => {
    const invoke = vi.fn(async () => 'done');
    const plain = { ...weather, invoke, needsApproval: true } as unknown as RealtimeTool;
    const { transport, names } = await stage({ agent: agentWith(plain) });
    transport.startResponse('r1');
    transport.call('c1', 'weather', { city: 'Riga' }, 'r1');
    await settle();
    expect(names()).toContain('tool_approval_requested');
    expect(invoke).not.toHaveBeenCalled();
  });

  it('of a tool made by hand that states plainly that it is off does not run', async () => {
    const invoke = vi.fn(async () => 'done');
    const plain = { ...weather, invoke, isEnabled: false } as unknown as RealtimeTool;
    const { transport, sentOf } = await stage({ agent: agentWith(plain) });
    transport.startResponse('r1');
    transport.call('c1', 'weather', { city: 'Riga' }, 'r1');
    await settle();
    expect(invoke).not.toHaveBeenCalled();
    expect(sentOf('output')).toHaveLength(1);
  });

  it('of a tool made elsewhere works by its shape alone', async () => {
    const foreign = {
      type: 'function' as const,
      name: 'ask_elsewhere',
      description: 'From another library.',
      parameters: { type: 'object' as const, properties: {}, required: [], additionalProperties: false },
      strict: true,
      invoke: async (_context: unknown, input: string) => `got ${input}`,
      needsApproval: async () => false,
      isEnabled: async () => true,
    };
    const { transport, sentOf } = await stage({ agent: new RealtimeAgent({ name: 'Ann', tools: [foreign] }) });
    transport.startResponse('r1');
    transport.call('c1', 'ask_elsewhere', { a: 1 }, 'r1');
    await settle();
    expect(sentOf('output')).toEqual([['output', 'c1', 'got {"a":1}', false]]);
  });

  it('that throws tells the model nothing of the exception, and the app everything', async () => {
    const failure = new Error('password=hunter2');
    const broken = tool({
      name: 'broken',
      description: 'Fails.',
      parameters: z.object({}),
      execute: () => {
        throw failure;
      },
    });
    const { transport, sentOf, errors } = await stage({ agent: agentWith(broken) });
    transport.startResponse('r1');
    transport.call('c1', 'broken', {}, 'r1');
    transport.finishResponse('r1');
    await settle();
    expect(sentOf('output')).toEqual([['output', 'c1', expect.stringContaining('failed'), false]]);
    expect(JSON.stringify(sentOf('output'))).not.toContain('hunter2');
    expect(errors()).toEqual([expect.objectContaining({ code: 'ERR_TOOL_FAILED', error: failure })]);
    expect(sentOf('createResponse')).toHaveLength(1);
  });

  const failures: [behaviour: string, errorFunction: ToolErrorFunction | null, output: unknown, errorCount: number][] =
    [
      ['has its own words for failures', () => 'try later', 'try later', 0],
      ['propagates failures', null, expect.stringContaining('failed'), 1],
      [
        'fails at its words for failures',
        () => {
          throw new Error('again');
        },
        expect.stringContaining('failed'),
        1,
      ],
    ];
  it.each(failures)('that throws and %s still has one output', async (_case, errorFunction, output, errorCount) => {
    const broken = tool({
      name: 'broken',
      description: 'Fails.',
      parameters: z.object({}),
      execute: async () => {
        throw new Error('no');
      },
      errorFunction,
    });
    const { transport, sentOf, errors } = await stage({ agent: agentWith(broken) });
    transport.startResponse('r1');
    transport.call('c1', 'broken', {}, 'r1');
    await settle();
    expect(sentOf('output')).toEqual([['output', 'c1', output, false]]);
    expect(errors()).toHaveLength(errorCount);
  });

  it.each([
    ['no JSON', 'weather', '{"city":', 'ERR_TOOL_ARGUMENTS', /not valid JSON/],
    ['arguments that do not match', 'weather', '{"city":5}', 'ERR_TOOL_ARGUMENTS', /city: .*string/],
    ['an unknown tool', 'wether', '{}', 'ERR_UNKNOWN_TOOL', /no such tool/],
  ])('with %s is answered and reported, and the turn goes on', async (_case, name, args, code, output) => {
    const { transport, sentOf, errors, names } = await stage({ agent: agentWith(weather) });
    transport.startResponse('r1');
    transport.call('c1', name, args, 'r1');
    transport.finishResponse('r1');
    await settle();
    expect(sentOf('output')).toEqual([['output', 'c1', expect.stringMatching(output), false]]);
    expect(errors()).toEqual([expect.objectContaining({ code })]);
    expect(sentOf('createResponse')).toHaveLength(1);
    expect(names()).not.toContain('agent_tool_start');
  });

  it('of a tool that is switched off, or whose conditions throw, is answered', async () => {
    const off = tool({ ...optionsOf('off'), isEnabled: () => false });
    const torn = tool({
      ...optionsOf('torn'),
      needsApproval: () => {
        throw new Error('no rule');
      },
    });
    const { transport, sentOf, errors } = await stage({ agent: agentWith(off, torn) });
    transport.startResponse('r1');
    transport.call('c1', 'off', {}, 'r1');
    transport.call('c2', 'torn', {}, 'r1');
    await settle();
    expect(sentOf('output').map(([, callId]) => callId)).toEqual(expect.arrayContaining(['c1', 'c2']));
    expect(errors()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ code: 'ERR_UNKNOWN_TOOL' }),
        expect.objectContaining({ code: 'ERR_TOOL_FAILED' }),
      ]),
    );
  });

  it('that hangs ends after a minute, and its signal aborts', async () => {
    let signal: AbortSignal | undefined;
    const hanging = tool({
      ...optionsOf('hanging'),
      execute: (_input, _context, details) => {
        signal = details?.signal;
        return new Promise<string>(() => {});
      },
    });
    const { transport, clock, sentOf, errors } = await stage({ agent: agentWith(hanging) });
    transport.startResponse('r1');
    transport.call('c1', 'hanging', {}, 'r1');
    await clock.advance(59_999);
    expect(sentOf('output')).toEqual([]);
    await clock.advance(2);
    expect(sentOf('output')).toEqual([['output', 'c1', expect.stringContaining('too long'), false]]);
    expect(signal?.aborted).toBe(true);
    expect(errors()).toEqual([expect.objectContaining({ code: 'ERR_TOOL_TIMEOUT', timeoutMs: 60_000 })]);
  });

  it.each([
    ['error_as_result', undefined, expect.stringContaining('too long'), 0],
    ['raise_exception', undefined, expect.stringContaining('too long'), 1],
    ['error_as_result', () => 'still cooking', 'still cooking', 0],
  ] as const)(
    'that exceeds its own timeout with %s is answered',
    async (timeoutBehavior, timeoutErrorFunction, output, count) => {
      const slow = tool({
        ...optionsOf('slow'),
        execute: () => new Promise<string>(() => {}),
        timeoutMs: 50,
        timeoutBehavior,
        timeoutErrorFunction,
      });
      const { transport, clock, sentOf, errors } = await stage({ agent: agentWith(slow) });
      transport.startResponse('r1');
      transport.call('c1', 'slow', {}, 'r1');
      await clock.advance(51);
      expect(sentOf('output')).toEqual([['output', 'c1', output, false]]);
      expect(errors()).toHaveLength(count);
    },
  );

  it('that is running at close() is told to stop, and its result goes nowhere', async () => {
    const result = deferred<string>();
    let signal: AbortSignal | undefined;
    const slow = tool({
      ...optionsOf('slow'),
      execute: (_input, _context, details) => {
        signal = details?.signal;
        return result.promise;
      },
    });
    const { session, transport, sentOf, errors, names } = await stage({ agent: agentWith(slow) });
    transport.startResponse('r1');
    transport.call('c1', 'slow', {}, 'r1');
    await settle();
    session.close();
    expect(signal?.aborted).toBe(true);
    result.resolve('too late');
    await settle();
    expect(sentOf('output')).toEqual([]);
    expect(errors()).toEqual([]);
    expect(names()).not.toContain('agent_tool_end');
  });

  it('of an earlier connection does not answer a call of the same id in the next', async () => {
    const results = [deferred<string>(), deferred<string>()];
    let runs = 0;
    const slow = tool({ ...optionsOf('slow'), execute: () => results[runs++]?.promise ?? 'none' });
    const { session, transport, sentOf } = await stage({ agent: agentWith(slow) });
    transport.startResponse('r1');
    transport.call('c1', 'slow', {}, 'r1');
    await settle();
    session.close();
    await session.connect();
    transport.startResponse('r1');
    transport.call('c1', 'slow', {}, 'r1');
    await settle();
    results[0]?.resolve('first');
    await settle();
    expect(sentOf('output')).toEqual([]);
    results[1]?.resolve('second');
    await settle();
    expect(sentOf('output')).toEqual([['output', 'c1', 'second', false]]);
  });

  it('over a foreign transport sends its output without a response, then asks for one', async () => {
    const { transport } = await stage({ agent: agentWith(weather), over: new ForeignTransport() });
    transport.startResponse('r1');
    transport.call('c1', 'weather', { city: 'Oslo' }, 'r1');
    transport.finishResponse('r1');
    await settle();
    expect(transport.sent).toEqual([['output', 'c1', 'sunny in Oslo', false], ['createResponse']]);
  });

  it('in a response that the foreign transport does not name belongs to it all the same', async () => {
    const { transport, sentOf } = await stage({ agent: agentWith(weather), over: new ForeignTransport() });
    transport.emit('turn_started', { type: 'response_started' });
    transport.call('c1', 'weather', { city: 'Oslo' }, 'resp_7');
    await settle();
    transport.finishResponse('resp_7');
    expect(sentOf('output')).toEqual([['output', 'c1', 'sunny in Oslo', false]]);
    expect(sentOf('createResponse')).toHaveLength(1);
  });

  it.each([
    ['the foreign transport', () => new ForeignTransport()],
    ['the server, whose call the session has joined,', () => new ScriptedTransport()],
  ])('in a response that %s never announces runs, and is answered', async (_who, over) => {
    const { transport } = await stage({ agent: agentWith(weather), over: over() });
    transport.call('c1', 'weather', { city: 'Oslo' }, 'r1');
    transport.call('c2', 'weather', { city: 'Riga' }, 'r1');
    await settle();
    expect(transport.sent).toEqual([
      ['output', 'c1', 'sunny in Oslo', false],
      ['output', 'c2', 'sunny in Riga', false],
      ['createResponse', ...(transport instanceof ScriptedTransport ? [expect.any(String)] : [])],
    ]);
    transport.call('c1', 'weather', { city: 'Oslo' }, 'r1');
    await settle();
    expect(transport.sent).toHaveLength(3);
  });

  it('whose output cannot leave is reported, and answered when it can', async () => {
    const { transport, clock, errors, sentOf } = await stage({ agent: agentWith(weather) });
    transport.startResponse('r1');
    transport.failsToSend = new Error('socket gone');
    transport.call('c1', 'weather', { city: 'Oslo' }, 'r1');
    await settle();
    expect(errors()).toEqual([transport.failsToSend]);
    transport.finishResponse('r1');
    await clock.advance(499);
    transport.failsToSend = null;
    expect(transport.sent).toEqual([]);
    await clock.advance(1);
    expect(sentOf('output')).toEqual([['output', 'c1', 'sunny in Oslo', false]]);
    expect(sentOf('createResponse')).toHaveLength(1);
  });
});

describe('a tool call that needs approval', () => {
  const runs: string[] = [];
  const hold = tool({
    name: 'hold_room',
    description: 'Holds a room.',
    parameters: z.object({ day: z.string() }),
    needsApproval: async (_context, { day }) => day !== 'today',
    execute: ({ day }) => {
      runs.push(day);
      return `held on ${day}`;
    },
  });

  async function asked(options: Parameters<typeof stage>[0] = {}) {
    runs.length = 0;
    const staged = await stage({ agent: agentWith(hold), ...options });
    staged.transport.startResponse('r1');
    staged.transport.call('c1', 'hold_room', { day: 'Monday' }, 'r1');
    staged.transport.finishResponse('r1');
    await settle();
    const [context, agent, request] = staged.argsOf('tool_approval_requested');
    const approvalItem = (request as RealtimeToolApprovalRequest).approvalItem;
    return { ...staged, context, requestingAgent: agent, request, approvalItem };
  }

  it('asks with context, agent and request, and runs once approved', async () => {
    const { session, agent, context, requestingAgent, request, approvalItem, sentOf } = await asked();
    expect(context).toBe(session.context);
    expect(requestingAgent).toBe(agent);
    expect(request).toMatchObject({ type: 'function_approval', tool: hold });
    expect(approvalItem).toMatchObject({ name: 'hold_room', arguments: '{"day":"Monday"}', rawItem: { callId: 'c1' } });
    expect(runs).toEqual([]);
    await session.approve(approvalItem);
    await settle();
    expect(runs).toEqual(['Monday']);
    expect(session.context.isToolApproved({ toolName: 'hold_room', callId: 'c1' })).toBe(true);
    expect(sentOf('output')).toEqual([['output', 'c1', 'held on Monday', false]]);
    expect(sentOf('createResponse')).toHaveLength(1);
  });

  it('never runs once rejected, tells the model why, and ends with an event', async () => {
    const { session, approvalItem, sentOf, argsOf, agent } = await asked();
    await session.reject(approvalItem, { message: 'The manager said no.' });
    await session.approve(approvalItem);
    await settle();
    expect(runs).toEqual([]);
    expect(sentOf('output')).toEqual([['output', 'c1', 'The manager said no.', false]]);
    expect(argsOf('agent_tool_end').slice(0, 4)).toEqual([session.context, agent, hold, 'The manager said no.']);
  });

  it.each([
    ['the default words', undefined, 'The call was not approved.', 0],
    ['the words of toolErrorFormatter', ({ toolName }: { toolName: string }) => `${toolName}: no`, 'hold_room: no', 0],
    [
      'the default words when toolErrorFormatter throws',
      () => {
        throw new Error('no words');
      },
      'The call was not approved.',
      1,
    ],
  ])('is rejected with %s', async (_case, toolErrorFormatter, output, errorCount) => {
    const { session, approvalItem, sentOf, errors } = await asked({ toolErrorFormatter });
    await session.reject(approvalItem);
    await settle();
    expect(sentOf('output')).toEqual([['output', 'c1', output, false]]);
    expect(errors()).toHaveLength(errorCount);
  });

  it('is not asked for again after a standing approval', async () => {
    const { session, transport, approvalItem, names } = await asked();
    await session.approve(approvalItem, { alwaysApprove: true });
    await settle();
    transport.startResponse('r2');
    transport.call('c2', 'hold_room', { day: 'Tuesday' }, 'r2');
    await settle();
    expect(runs).toEqual(['Monday', 'Tuesday']);
    expect(names().filter((name) => name === 'tool_approval_requested')).toHaveLength(1);
  });

  it('is refused at once after a standing rejection, in the same words', async () => {
    const { session, transport, approvalItem, sentOf } = await asked();
    await session.reject(approvalItem, { alwaysReject: true, message: 'Never.' });
    transport.startResponse('r2');
    transport.call('c2', 'hold_room', { day: 'Tuesday' }, 'r2');
    await settle();
    expect(runs).toEqual([]);
    expect(sentOf('output').map(([, , output]) => output)).toEqual(['Never.', 'Never.']);
  });

  it('follows a decision that the app made on the context beforehand', async () => {
    const { session, transport, approvalItem, names } = await asked();
    session.context.approveTool(approvalItem, { alwaysApprove: true });
    transport.startResponse('r2');
    transport.call('c2', 'hold_room', { day: 'Tuesday' }, 'r2');
    await settle();
    expect(runs).toEqual(['Tuesday']);
    expect(names().filter((name) => name === 'tool_approval_requested')).toHaveLength(1);
  });

  it('asks only where its rule says so', async () => {
    const { transport, names } = await asked();
    transport.startResponse('r2');
    transport.call('c2', 'hold_room', { day: 'today' }, 'r2');
    await settle();
    expect(runs).toEqual(['today']);
    expect(names().filter((name) => name === 'tool_approval_requested')).toHaveLength(1);
  });

  it('can be approved inside the listener that is asked', async () => {
    const { session, transport } = await asked();
    runs.length = 0;
    session.on('tool_approval_requested', (_context, _agent, request) => {
      void session.approve(request.approvalItem);
    });
    transport.startResponse('r2');
    transport.call('c2', 'hold_room', { day: 'Friday' }, 'r2');
    await settle();
    expect(runs).toEqual(['Friday']);
  });

  it('is decided on its own connection, and with the arguments that the app was shown', async () => {
    const { session, approvalItem, sentOf, transport } = await asked();
    const changed = new RunToolApprovalItem(
      { ...approvalItem.rawItem, arguments: '{"day":"Sunday"}' },
      approvalItem.agent,
    );
    await expect(session.approve(changed)).rejects.toMatchObject({ code: 'ERR_UNKNOWN_CALL' });
    session.close();
    await expect(session.approve(approvalItem)).rejects.toMatchObject({ code: 'ERR_NOT_CONNECTED' });
    await session.connect();
    await expect(session.approve(approvalItem, { alwaysApprove: true })).rejects.toMatchObject({
      code: 'ERR_UNKNOWN_CALL',
    });
    expect(session.context.isToolApproved({ toolName: 'hold_room', callId: 'c1' })).toBeUndefined();
    transport.startResponse('r2');
    transport.call('c1', 'hold_room', { day: 'Monday' }, 'r2');
    await settle();
    expect(runs).toEqual([]);
    expect(sentOf('output')).toEqual([]);
  });

  it('is asked for again when another agent has a tool of that name', async () => {
    const { session, transport, approvalItem, names } = await asked();
    await session.approve(approvalItem, { alwaysApprove: true });
    await settle();
    await session.updateAgent(agentWith(hold).clone({ name: 'Bea' }));
    transport.startResponse('r2');
    transport.call('c2', 'hold_room', { day: 'Tuesday' }, 'r2');
    await settle();
    expect(runs).toEqual(['Monday']);
    expect(names().filter((name) => name === 'tool_approval_requested')).toHaveLength(2);
  });
});

it('a tool output is answered when the app stops to send audio in the middle of a word', async () => {
  const agent = new RealtimeAgent({ name: 'Ann', tools: [tool(optionsOf('ping'))] });
  const { session, transport, clock, sentOf } = await stage({ agent });
  transport.startResponse('r1');
  transport.call('c1', 'ping', {}, 'r1');
  transport.finishResponse('r1');
  transport.emit('speech_started', { serverInterrupts: false });
  session.sendAudio(new ArrayBuffer(960));
  await clock.advance(3000);
  session.sendAudio(new ArrayBuffer(960));
  await clock.advance(4999);
  expect(sentOf('output')).toHaveLength(1);
  expect(sentOf('createResponse')).toEqual([]);
  await clock.advance(1);
  expect(sentOf('createResponse')).toHaveLength(1);
});

function optionsOf(name: string) {
  return { name, description: name, parameters: z.object({}), execute: (): string | Promise<string> => name };
}
