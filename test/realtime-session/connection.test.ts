import { describe, expect, it, vi } from 'vitest';
import { DEFAULT_OPENAI_REALTIME_SESSION_CONFIG } from '../../src/protocol/session-payload.ts';
import { EventEmitter } from 'node:events';
import { z } from 'zod';
import { RealtimeAgent } from '../../src/agent/agent.ts';
import { hostedMcpTool } from '../../src/agent/hosted-mcp.ts';
import { tool } from '../../src/agent/tool.ts';
import { deferred } from '../../src/deferred.ts';
import { logger } from '../../src/logger.ts';
import { RealtimeSession } from '../../src/realtime-session.ts';
import type { RealtimeMcpApprovalRequest } from '../../src/session-events.ts';
import { ScriptedTransport } from '../../src/testing/scripted-transports.ts';
import { settle, stage } from './stage.ts';

const ann = new RealtimeAgent({ name: 'Ann', instructions: 'Be brief.' });

describe('connect', () => {
  it('sends what the agent and the options say, and tells of the empty history', async () => {
    const transport = new ScriptedTransport();
    const agent = new RealtimeAgent<{ guest: string }>({
      name: 'Desk',
      instructions: async (context) => `Greet ${context.context.guest}.`,
      voice: 'marin',
      prompt: { promptId: 'p1' },
      tools: [
        tool({
          name: 'weather',
          description: 'Weather of a city.',
          parameters: z.object({ city: z.string(), unit: z.enum(['C', 'F']).optional() }),
          execute: () => 'sunny',
        }),
        tool({ name: 'off', description: 'Off.', parameters: z.object({}), execute: () => '', isEnabled: false }),
        hostedMcpTool({ serverLabel: 'docs', serverUrl: 'https://mcp.example', allowedTools: { toolNames: ['find'] } }),
      ],
      handoffs: [new RealtimeAgent({ name: 'Bar staff', handoffDescription: 'Drinks.' })],
    });
    const session = new RealtimeSession(agent, {
      transport,
      apiKey: () => 'ek_options',
      model: 'gpt-realtime',
      context: { guest: 'Kim' },
      config: { turnDetection: { type: 'server_vad' }, audio: { output: { voice: 'cedar', speed: 1.2 } } },
      workflowName: 'desk',
      groupId: 'g1',
    });
    const updates: unknown[] = [];
    session.on('history_updated', (history) => updates.push(history));
    await session.connect({ model: 'gpt-realtime-mini', url: 'ws://localhost', callId: 'call_1' });
    expect(transport.isDriven).toBe(true);
    expect(transport.connectOptions).toEqual({
      apiKey: session.options.apiKey,
      model: 'gpt-realtime-mini',
      url: 'ws://localhost',
      callId: 'call_1',
      initialSessionConfig: {
        model: 'gpt-realtime-mini',
        instructions: 'Greet Kim.',
        voice: 'cedar',
        prompt: { promptId: 'p1' },
        turnDetection: { type: 'server_vad' },
        audio: { output: { voice: 'cedar', speed: 1.2 } },
        tracing: { workflow_name: 'desk', group_id: 'g1' },
        tools: [
          {
            type: 'function',
            name: 'weather',
            description: 'Weather of a city.',
            parameters: {
              type: 'object',
              properties: { city: { type: 'string' }, unit: { type: 'string', enum: ['C', 'F'] } },
              required: ['city'],
              additionalProperties: false,
            },
          },
          {
            type: 'function',
            name: 'transfer_to_Bar_staff',
            description: 'Passes the conversation to Bar staff. Drinks.',
            parameters: { type: 'object', properties: {}, required: [], additionalProperties: false },
          },
          {
            type: 'mcp',
            server_label: 'docs',
            server_url: 'https://mcp.example',
            require_approval: 'never',
            allowed_tools: { tool_names: ['find'] },
          },
        ],
      },
    });
    expect(updates).toEqual([[]]);
  });

  it('shows its configuration beforehand, with the defaults', async () => {
    const session = new RealtimeSession(ann, { transport: new ScriptedTransport(), tracingDisabled: true });
    await expect(session.getInitialSessionConfig({ outputModalities: ['text'] })).resolves.toEqual({
      ...DEFAULT_OPENAI_REALTIME_SESSION_CONFIG,
      instructions: 'Be brief.',
      tools: [],
      tracing: null,
      outputModalities: ['text'],
    });
    await expect(RealtimeSession.computeInitialSessionConfig(ann, { model: 'm' })).resolves.toEqual({
      ...DEFAULT_OPENAI_REALTIME_SESSION_CONFIG,
      instructions: 'Be brief.',
      tools: [],
      tracing: 'auto',
      model: 'm',
    });
  });

  it('shows no defaults beside the deprecated shape, which they would overrule', async () => {
    const config = { turnDetection: { type: 'server_vad' } };
    await expect(RealtimeSession.computeInitialSessionConfig(ann, { config })).resolves.toEqual({
      ...config,
      instructions: 'Be brief.',
      tools: [],
      tracing: 'auto',
    });
  });

  it('leaves the key to the transport when the session has none', async () => {
    const transport = new ScriptedTransport();
    await new RealtimeSession(ann, { transport }).connect();
    expect(transport.connectOptions).not.toHaveProperty('apiKey');
  });

  it('a second time is refused and harms nothing', async () => {
    const { session, transport, log, errors } = await stage();
    transport.item('i1', 'Hello', 'user');
    await expect(session.connect()).rejects.toMatchObject({ code: 'ERR_ALREADY_CONNECTED' });
    expect(session.history).toHaveLength(1);
    session.sendMessage('Still there?');
    expect(transport.sent[0]).toEqual(['message', 'Still there?', false]);
    expect(errors()).toEqual([]);
    expect(log.filter(([name]) => name === 'history_updated')).toHaveLength(1);
  });

  it('while connecting is refused, and the first one still succeeds', async () => {
    const transport = new ScriptedTransport();
    const gate = deferred<void>();
    transport.onConnect = () => gate.promise;
    const session = new RealtimeSession(ann, { transport });
    const first = session.connect();
    await expect(session.connect()).rejects.toMatchObject({ code: 'ERR_ALREADY_CONNECTED' });
    gate.resolve();
    await first;
    expect(() => session.sendMessage('Hi')).not.toThrow();
  });

  it('that fails rejects with the reason and can be tried again', async () => {
    const transport = new ScriptedTransport();
    const failure = new Error('401');
    transport.onConnect = () => Promise.reject(failure);
    const session = new RealtimeSession(ann, { transport });
    const errors = vi.fn();
    session.on('error', errors);
    await expect(session.connect()).rejects.toBe(failure);
    transport.onConnect = () => {};
    await session.connect();
    expect(errors).not.toHaveBeenCalled();
    expect(() => session.sendMessage('Hi')).not.toThrow();
  });

  it('rejects before anything is sent when two tools share a name', async () => {
    const transport = new ScriptedTransport();
    const same = tool({ name: 'same', description: '', parameters: z.object({}), execute: () => '' });
    const session = new RealtimeSession(new RealtimeAgent({ name: 'Ann', tools: [same, same] }), { transport });
    await expect(session.connect()).rejects.toMatchObject({ code: 'ERR_DUPLICATE_TOOL_NAME' });
    expect(transport.connectOptions).toBeNull();
  });

  it('that is closed midway rejects, and nothing stays open', async () => {
    const transport = new ScriptedTransport();
    const gate = deferred<void>();
    transport.onConnect = () => gate.promise;
    const session = new RealtimeSession(ann, { transport });
    const connecting = session.connect();
    await settle();
    session.close();
    gate.resolve();
    await expect(connecting).rejects.toMatchObject({ code: 'ERR_CONNECT_ABORTED' });
    expect(transport.status).toBe('disconnected');
    expect(() => session.sendMessage('Hi')).toThrow(expect.objectContaining({ code: 'ERR_NOT_CONNECTED' }));
  });

  it.each(['resolves', 'rejects'] as const)(
    'that was closed and %s late does not disturb the next one',
    async (outcome) => {
      const transport = new ScriptedTransport();
      const gate = deferred<void>();
      transport.onConnect = () => gate.promise;
      const session = new RealtimeSession(ann, { transport });
      const first = session.connect();
      await settle();
      session.close();
      transport.onConnect = () => {};
      await session.connect();
      if (outcome === 'resolves') gate.resolve();
      else gate.reject(new Error('late'));
      await expect(first).rejects.toThrow();
      expect(transport.status).toBe('connected');
      expect(() => session.sendMessage('Hi')).not.toThrow();
    },
  );

  it('keeps what the server says before it resolves', async () => {
    const transport = new ScriptedTransport();
    transport.onConnect = () => {
      transport.item('i1', 'Restored', 'user');
      transport.startResponse('r1');
    };
    const session = new RealtimeSession(ann, { transport });
    const names: string[] = [];
    session.on('agent_start', () => names.push('agent_start'));
    await session.connect();
    expect(session.history.map(({ itemId }) => itemId)).toEqual(['i1']);
    expect(names).toEqual(['agent_start']);
  });

  it('again after close() begins a fresh conversation, and usage goes on', async () => {
    const { session, transport } = await stage();
    transport.startResponse('r1');
    transport.finishResponse('r1', 'Hi', { inputTokens: 1, outputTokens: 1 });
    transport.item('i1', 'Hello', 'user');
    session.close();
    expect(session.history).toHaveLength(1);
    await session.connect();
    expect(session.history).toEqual([]);
    transport.startResponse('r1');
    transport.finishResponse('r1', 'Hi', { inputTokens: 1, outputTokens: 1 });
    expect(session.usage.requests).toBe(2);
  });
});

describe('the end of a connection', () => {
  it('by close() silences the sink, closes the transport and is no error', async () => {
    const { session, transport, errors } = await stage();
    transport.startResponse('r1');
    transport.play('r1', 'i1');
    session.close();
    session.close();
    expect(transport.playout.flushed).toHaveLength(1);
    expect(transport.sent).toEqual([['close']]);
    expect(errors()).toEqual([]);
  });

  it('by itself is told with its code, and what was open is rejected', async () => {
    const gate = deferred<string>();
    const { session, transport, errors, clock } = await stage({ reconnect: false });
    const updating = session.updateAgent(new RealtimeAgent({ name: 'Slow', instructions: () => gate.promise }));
    transport.emit('speech_stopped', {});
    transport.emit('connection_change', 'disconnected', { code: 1006, reason: 'gone' });
    await expect(updating).rejects.toMatchObject({ code: 'ERR_NOT_CONNECTED' });
    expect(errors()).toEqual([expect.objectContaining({ message: expect.stringMatching(/1006: gone/) })]);
    gate.resolve('late');
    await clock.advance(5_000);
    expect(transport.sent).toEqual([]);
    await session.connect();
    expect(() => session.sendMessage('Back')).not.toThrow();
  });

  it('leaves a rejected promise that nobody awaits without consequences', async () => {
    const rejections = vi.fn();
    process.on('unhandledRejection', rejections);
    const { session, transport } = await stage({ reconnect: false });
    void session.updateAgent(new RealtimeAgent({ name: 'Slow', instructions: () => new Promise<string>(() => {}) }));
    transport.emit('connection_change', 'disconnected', {});
    await settle();
    expect(rejections).toHaveBeenCalledTimes(0);
    process.off('unhandledRejection', rejections);
  });
});

describe('hosted tools', () => {
  const docs = hostedMcpTool({ serverLabel: 'docs', serverUrl: 'https://mcp.example', requireApproval: 'always' });
  const request = {
    itemId: 'm1',
    type: 'mcp_approval_request',
    serverLabel: 'docs',
    name: 'find',
    arguments: { q: 'x' },
    approved: null,
  } as const;

  it('are listed for the agents that name their server', async () => {
    const { session, transport } = await stage({ agent: new RealtimeAgent({ name: 'Ann', tools: [docs] }) });
    const changes: unknown[] = [];
    session.on('mcp_tools_changed', (tools) => changes.push(tools));
    transport.emit('mcp_tools_listed', { serverLabel: 'docs', tools: [{ name: 'find' }] });
    transport.emit('mcp_tools_listed', { serverLabel: 'other', tools: [{ name: 'hidden' }] });
    expect(session.availableMcpTools).toEqual([{ name: 'find' }]);
    await session.updateAgent(new RealtimeAgent({ name: 'Bea' }));
    expect(session.availableMcpTools).toEqual([]);
    expect(changes.at(-1)).toEqual([]);
    session.close();
    await session.connect();
    expect(session.currentAgent.tools).toEqual([docs]);
    expect(session.availableMcpTools).toEqual([]);
  });

  it('ask for approval and get one answer', async () => {
    const { session, transport, argsOf, agent, log, sentOf } = await stage({
      agent: new RealtimeAgent({ name: 'Ann', tools: [docs] }),
    });
    transport.emit('mcp_approval_request', request);
    const [context, askedAgent, asked] = argsOf('tool_approval_requested') as [
      unknown,
      unknown,
      RealtimeMcpApprovalRequest,
    ];
    expect([context, askedAgent]).toEqual([session.context, agent]);
    expect(asked).toMatchObject({
      type: 'mcp_approval_request',
      approvalItem: { name: 'find', arguments: '{"q":"x"}' },
    });
    transport.emit('mcp_approval_request', request);
    const warn = vi.spyOn(logger, 'warn').mockImplementation(() => {});
    await session.reject(asked.approvalItem, { alwaysReject: true, message: 'not now' });
    expect(warn).toHaveBeenCalledOnce();
    warn.mockRestore();
    await session.approve(asked.approvalItem);
    expect(sentOf('mcpResponse')).toEqual([['mcpResponse', 'm1', false, 'not now']]);
    expect(log.filter(([name]) => name === 'tool_approval_requested')).toHaveLength(1);
  });

  it.each([
    [undefined, 1],
    [false, 0],
  ])('ask for a response when they have answered, unless told not to (%s)', async (setting, count) => {
    const { transport, sentOf } = await stage({ automaticallyTriggerResponseForMcpToolCalls: setting });
    transport.emit('mcp_tool_call_completed', {
      itemId: 'm2',
      type: 'mcp_call',
      status: 'completed',
      arguments: '{}',
      name: 'find',
      output: 'found',
    });
    expect(sentOf('createResponse')).toHaveLength(count);
  });
});

describe('the session', () => {
  it('is an EventEmitter of Node, with its statics', async () => {
    const { session, transport } = await stage();
    expect(session).toBeInstanceOf(EventEmitter);
    expect(RealtimeSession.defaultMaxListeners).toBe(10);
    const waiting = RealtimeSession.once(session, 'agent_start');
    transport.startResponse('r1');
    await expect(waiting).resolves.toEqual([session.context, session.currentAgent]);
  });

  it.each([
    [{ toolExecution: { preApprovalInputGuardrails: 'yes' as unknown as boolean } }, 'ERR_SESSION_OPTION'],
    [{ toolExecution: { defaultTimeoutMs: 0 } }, 'ERR_SESSION_OPTION'],
    [{ outputGuardrailSettings: { timeoutMs: -1 } }, 'ERR_SESSION_OPTION'],
    [{ outputGuardrailSettings: { debounceTextLength: 0 } }, 'ERR_SESSION_OPTION'],
  ])('refuses options that cannot work: %j', (options, code) => {
    const make = () => new RealtimeSession(ann, { transport: new ScriptedTransport(), ...options });
    expect(make).toThrow(expect.objectContaining({ code }));
  });

  it('warns of tracing options without effect', async () => {
    const warn = vi.spyOn(logger, 'warn').mockImplementation(() => {});
    await RealtimeSession.computeInitialSessionConfig(ann, { groupId: 'g' });
    expect(warn).toHaveBeenCalledOnce();
    warn.mockRestore();
  });
});
