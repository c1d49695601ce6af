import { describe, expect, it, vi } from 'vitest';
import { RealtimeAgent } from '../../src/agent/agent.ts';
import { hostedMcpTool } from '../../src/agent/hosted-mcp.ts';
import type { MCPServer } from '../../src/agent/mcp-server.ts';
import type { RealtimeMcpApprovalRequest } from '../../src/session-events.ts';
import { RealtimeSession } from '../../src/realtime-session.ts';
import { deferred } from '../../src/deferred.ts';
import { settle, stage } from './stage.ts';

/** A server in memory with the tools `find` and `drop`. */
function server(options: Partial<MCPServer> = {}): MCPServer {
  return {
    name: 'docs',
    listTools: async () => [
      {
        name: 'find',
        description: 'Finds a page.',
        inputSchema: { type: 'object', properties: { q: { type: 'string' } }, required: ['q'] },
      },
      { name: 'drop', inputSchema: {} },
    ],
    callTool: vi.fn(async (name: string, args: unknown) => [{ type: 'text', text: `${name} ${JSON.stringify(args)}` }]),
    ...options,
  };
}

async function called(mcpServer: MCPServer, name = 'find', mcpConfig = {}) {
  const agent = new RealtimeAgent({ name: 'Ann', mcpServers: [mcpServer], mcpConfig });
  const staged = await stage({ agent });
  staged.transport.startResponse('r1');
  staged.transport.call('c1', name, { q: 'x' }, 'r1');
  await settle();
  return staged;
}

async function offered(mcpServer: MCPServer, config = {}) {
  const agent = new RealtimeAgent({ name: 'Ann', mcpServers: [mcpServer], mcpConfig: config });
  const { tools } = await RealtimeSession.computeInitialSessionConfig(agent);
  return tools;
}

describe('tools of an MCP server that the app is connected to', () => {
  it('are offered with their schemas', async () => {
    expect(await offered(server())).toEqual([
      {
        type: 'function',
        name: 'find',
        description: 'Finds a page.',
        parameters: { type: 'object', properties: { q: { type: 'string' } }, required: ['q'] },
      },
      {
        type: 'function',
        name: 'drop',
        description: '',
        parameters: { type: 'object', properties: {}, required: [], additionalProperties: false },
      },
    ]);
  });

  it('run on the server, and the model reads their text', async () => {
    const mcpServer = server();
    const { sentOf, names } = await called(mcpServer);
    expect(mcpServer.callTool).toHaveBeenCalledWith('find', { q: 'x' }, undefined, { signal: expect.any(AbortSignal) });
    expect(sentOf('output')).toEqual([['output', 'c1', 'find {"q":"x"}', false]]);
    expect(names()).toContain('agent_tool_end');
  });

  it('that the filter leaves out are not offered', async () => {
    expect(
      (await offered(server({ toolFilter: { blockedToolNames: ['drop'] } })))?.map(
        (each) => 'name' in each && each.name,
      ),
    ).toEqual(['find']);
    const toolFilter = async (_context: object, { name }: { name: string }) => name === 'drop';
    expect((await offered(server({ toolFilter })))?.map((each) => 'name' in each && each.name)).toEqual(['drop']);
  });

  it('take the name of their server along on request, and keep their own name there', async () => {
    const mcpServer = server();
    const { sentOf } = await called(mcpServer, 'mcp_docs__find', { includeServerInToolNames: true });
    expect(mcpServer.callTool).toHaveBeenCalledWith('find', expect.anything(), undefined, expect.anything());
    expect(sentOf('output')).toHaveLength(1);
  });

  it('answer with structured content where the server is told to', async () => {
    const callToolResult = async () => ({ content: [{ type: 'text', text: 'x' }], structuredContent: { page: 4 } });
    const { sentOf } = await called(server({ useStructuredContent: true, callToolResult }));
    expect(sentOf('output')).toEqual([['output', 'c1', '{"page":4}', false]]);
  });

  it('that fail are answered in the words of the server, then of the agent', async () => {
    const callTool = async () => Promise.reject(new Error('offline'));
    const own = await called(server({ callTool, errorFunction: () => 'Docs are offline.' }), 'find', {
      errorFunction: () => 'Not reached.',
    });
    expect(own.sentOf('output')).toEqual([['output', 'c1', 'Docs are offline.', false]]);
    const common = await called(server({ callTool }), 'find', { errorFunction: () => 'A server is offline.' });
    expect(common.sentOf('output')).toEqual([['output', 'c1', 'A server is offline.', false]]);
  });

  it('give the app their custom data', async () => {
    const customDataExtractor = vi.fn(() => ({ page: 4 }));
    const { argsOf } = await called(server({ customDataExtractor }));
    expect(customDataExtractor).toHaveBeenCalledWith(
      expect.objectContaining({
        serverName: 'docs',
        toolName: 'find',
        arguments: { q: 'x' },
        toolOutput: 'find {"q":"x"}',
      }),
    );
    expect(argsOf('agent_tool_end')[4]).toMatchObject({ customData: { page: 4 } });
  });

  it('of a server that is not connected stop the session from connecting, with what to do', async () => {
    const listTools = async () => Promise.reject(new Error('not connected'));
    await expect(offered(server({ listTools }))).rejects.toMatchObject({
      code: 'ERR_MCP_SERVER',
      message: expect.stringContaining('connect() it before'),
    });
  });

  it('may not share a name with another tool', async () => {
    const agent = new RealtimeAgent({ name: 'Ann', mcpServers: [server(), server({ name: 'other' })] });
    await expect(RealtimeSession.computeInitialSessionConfig(agent)).rejects.toMatchObject({
      code: 'ERR_DUPLICATE_TOOL_NAME',
    });
  });
});

describe('a hosted tool with onApproval', () => {
  const request = {
    itemId: 'm1',
    type: 'mcp_approval_request' as const,
    serverLabel: 'docs',
    name: 'find',
    arguments: { q: 'x' },
  };

  async function asked(onApproval: () => Promise<{ approve: boolean; reason?: string }>) {
    const docs = hostedMcpTool({
      serverLabel: 'docs',
      serverUrl: 'https://docs.test',
      requireApproval: 'always',
      onApproval,
    });
    const staged = await stage({ agent: new RealtimeAgent({ name: 'Ann', tools: [docs] }) });
    staged.transport.emit('mcp_approval_request', request);
    await settle();
    return staged;
  }

  it('decides by itself; the app is not asked, and the service never sees the function', async () => {
    const approver = vi.fn(async () => ({ approve: false, reason: 'not today' }));
    const { session, sentOf, names, transport } = await asked(approver);
    expect(approver).toHaveBeenCalledWith(session.context, expect.objectContaining({ name: 'find' }));
    expect(sentOf('mcpResponse')).toEqual([['mcpResponse', 'm1', false, 'not today']]);
    expect(names()).not.toContain('tool_approval_requested');
    expect(transport.connectOptions?.initialSessionConfig?.tools).toEqual([
      { type: 'mcp', server_label: 'docs', server_url: 'https://docs.test', require_approval: 'always' },
    ]);
  });

  it('that takes half a minute has the app asked, and may still decide as long as the app has not', async () => {
    const { promise, resolve } = deferred<{ approve: boolean }>();
    const { clock, names, errors, sentOf } = await asked(() => promise);
    await clock.advance(29_999);
    expect(names()).not.toContain('tool_approval_requested');
    await clock.advance(1);
    expect(errors()).toEqual([expect.objectContaining({ code: 'ERR_APPROVAL_OVERDUE' })]);
    expect(names()).toContain('tool_approval_requested');
    resolve({ approve: true });
    await settle();
    expect(sentOf('mcpResponse')).toEqual([['mcpResponse', 'm1', true, undefined]]);
  });

  it('that decides after the app has changes nothing', async () => {
    const { promise, resolve } = deferred<{ approve: boolean }>();
    const { session, clock, argsOf, sentOf } = await asked(() => promise);
    await clock.advance(30_000);
    const { approvalItem } = argsOf('tool_approval_requested')[2] as RealtimeMcpApprovalRequest;
    await session.reject(approvalItem);
    resolve({ approve: true });
    await settle();
    expect(sentOf('mcpResponse')).toEqual([['mcpResponse', 'm1', false, undefined]]);
  });

  it('that never decides leaves no timer and asks nobody after the end of the session', async () => {
    const { session, clock, names, errors } = await asked(() => deferred<{ approve: boolean }>().promise);
    session.close();
    expect(clock.timerCount).toBe(0);
    await clock.advance(60_000);
    expect([names().includes('tool_approval_requested'), errors()]).toEqual([false, []]);
  });

  it('that throws leaves the decision to the app', async () => {
    const { session, argsOf, errors, sentOf } = await asked(async () => Promise.reject(new Error('lost')));
    expect(errors()).toEqual([expect.objectContaining({ code: 'ERR_TOOL_FAILED' })]);
    const { approvalItem } = argsOf('tool_approval_requested')[2] as RealtimeMcpApprovalRequest;
    await session.approve(approvalItem);
    expect(sentOf('mcpResponse')).toEqual([['mcpResponse', 'm1', true, undefined]]);
  });
});
