import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { RealtimeAgentConfiguration } from '../../src/agent/agent.ts';
import { RealtimeAgent } from '../../src/agent/agent.ts';
import { RunToolApprovalItem } from '../../src/agent/approval-item.ts';
import { handoff } from '../../src/agent/handoff.ts';
import { RunContext } from '../../src/agent/run-context.ts';
import { tool } from '../../src/agent/tool.ts';
import { RequestUsage, Usage } from '../../src/agent/usage.ts';

describe('RealtimeAgent', () => {
  const context = new RunContext({ guest: 'Kim', history: [] });

  it('resolves instructions and prompt, given as values or functions', async () => {
    const fixed = new RealtimeAgent({ name: 'A', instructions: 'Be brief.', prompt: { promptId: 'p' } });
    await expect(fixed.getSystemPrompt(context)).resolves.toBe('Be brief.');
    await expect(fixed.getPrompt(context)).resolves.toEqual({ promptId: 'p' });
    const made: RealtimeAgent<{ guest: string }> = new RealtimeAgent<{ guest: string }>({
      name: 'A',
      instructions: ({ context: { guest } }, agent) => `${agent.name} greets ${guest}`,
      prompt: async () => ({ promptId: 'q' }),
    });
    await expect(made.getSystemPrompt(context)).resolves.toBe('A greets Kim');
    await expect(made.getPrompt(context)).resolves.toEqual({ promptId: 'q' });
  });

  it('offers only what is enabled', async () => {
    const options = { description: '', parameters: z.object({}), execute: () => '' };
    const bea = new RealtimeAgent({ name: 'Bea' });
    const agent: RealtimeAgent<{ guest: string }> = new RealtimeAgent<{ guest: string }>({
      name: 'A',
      tools: [
        tool({ ...options, name: 'on' }),
        tool({ ...options, name: 'off', isEnabled: false }),
        tool({ ...options, name: 'asks', isEnabled: ({ agent: { name } }) => name === 'A' }),
      ],
      handoffs: [bea, handoff(bea, { toolNameOverride: 'never', isEnabled: () => false })],
    });
    expect((await agent.getAllTools(context)).map(({ name }) => name)).toEqual(['on', 'asks']);
    expect((await agent.getEnabledHandoffs(context)).map(({ toolName }) => toolName)).toEqual(['transfer_to_Bea']);
  });

  it('is cloned with changes', () => {
    const agent = new RealtimeAgent({ name: 'A', instructions: 'x', voice: 'marin' });
    expect(agent.clone({ name: 'B' })).toMatchObject({ name: 'B', instructions: 'x', voice: 'marin' });
    expect(JSON.stringify(agent)).toBe('{"name":"A"}');
  });

  it.each([
    [{ name: ' ' }, 'ERR_AGENT_NAME'],
    [{ name: 'A', model: 'gpt' }, 'ERR_AGENT_OPTION'],
    [{ name: 'A', outputGuardrails: [] }, 'ERR_AGENT_OPTION'],
    [{ name: 'A', toolUseBehavior: 'run_llm_again' }, 'ERR_AGENT_OPTION'],
    [{ name: 'A', mcpServers: [{}] }, 'ERR_MCP_SERVER'],
    [{ name: 'A', tools: [{ type: 'hosted_tool', name: 'web_search' }] }, 'ERR_TOOL_KIND'],
    [{ name: 'A', tools: [{ type: 'function', name: 't', outputSchema: {} }] }, 'ERR_TOOL_OPTION'],
  ])('refuses %j', (config, code) => {
    expect(() => new RealtimeAgent(config as RealtimeAgentConfiguration)).toThrow(expect.objectContaining({ code }));
  });
});

describe('RunContext', () => {
  const agent = new RealtimeAgent({ name: 'A' });
  const item = (callId: string) =>
    new RunToolApprovalItem({ type: 'function_call', callId, name: 'pay', arguments: '{}' }, agent);

  it('knows decisions about one call and standing ones, the former first', () => {
    const context = new RunContext();
    const decided = (callId: string) => context.isToolApproved({ toolName: 'pay', callId });
    expect(decided('c1')).toBeUndefined();
    context.approveTool(item('c1'));
    expect(decided('c1')).toBe(true);
    expect(decided('c2')).toBeUndefined();
    context.rejectTool(item('c2'), { alwaysReject: true, message: 'no' });
    expect([decided('c1'), decided('c2'), decided('c3')]).toEqual([true, false, false]);
    expect(context.getRejectionMessage('pay', 'c3')).toBe('no');
    context.approveTool(item('c2'), { alwaysApprove: true });
    expect([decided('c2'), decided('c3')]).toEqual([true, true]);
    expect(context.getRejectionMessage('pay', 'c3')).toBeUndefined();
    expect(context.toJSON().approvals).toEqual({ pay: { approved: true, rejected: [] } });
  });

  it('shows what an approval item is about', () => {
    expect(item('c1')).toMatchObject({ type: 'tool_approval_item', name: 'pay', arguments: '{}', agent });
    expect(JSON.parse(JSON.stringify(item('c1')))).toMatchObject({ agent: { name: 'A' }, toolName: 'pay' });
  });
});

describe('Usage', () => {
  it('adds up, with an entry for each request', () => {
    const usage = new Usage();
    usage.add(new Usage({ inputTokens: 1, outputTokens: 2, totalTokens: 3, inputTokensDetails: { cached_tokens: 1 } }));
    usage.add(Usage.fromJSON({ inputTokens: 10, outputTokens: 20 }));
    expect(usage).toMatchObject({ requests: 2, inputTokens: 11, outputTokens: 22, totalTokens: 33 });
    expect(usage.inputTokensDetails).toEqual([{ cached_tokens: 1 }]);
    expect(usage.requestUsageEntries).toEqual([
      new RequestUsage({ inputTokens: 1, outputTokens: 2, totalTokens: 3, inputTokensDetails: { cached_tokens: 1 } }),
      new RequestUsage({ inputTokens: 10, outputTokens: 20, totalTokens: 30 }),
    ]);
    expect(Usage.fromJSON(JSON.parse(JSON.stringify(usage)))).toEqual(usage);
  });
});
