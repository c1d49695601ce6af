// Objects that an app has made with the agents SDK: they work in a session of this package as they are.

import * as peer from '@openai/agents-realtime';
import type { RunContext as PeerRunContext } from '@openai/agents-core';
import { handoff as peerHandoff } from '@openai/agents-core';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { Handoff } from '../../src/agent/handoff.ts';
import type { RealtimeContextData } from '../../src/agent/run-context.ts';
import type { ForeignFunctionTool } from '../../src/agent/tool.ts';
import { tool } from '../../src/agent/tool.ts';
import { RealtimeAgent } from '../../src/agent/agent.ts';
import { settle, stage } from './stage.ts';

const parameters = z.object({ city: z.string() });

async function called(made: unknown, args: unknown = { city: 'Riga' }) {
  const staged = await stage({ agent: new RealtimeAgent({ name: 'Ann', tools: [made as ForeignFunctionTool] }) });
  staged.transport.startResponse('r1');
  staged.transport.call('c1', 'weather', args, 'r1');
  staged.transport.finishResponse('r1');
  await settle();
  return staged;
}

describe("a tool of the agents SDK's tool()", () => {
  const options = { name: 'weather', description: '', parameters };

  it('runs with its parsed arguments and our context', async () => {
    const execute = vi.fn(async ({ city }: { city: string }) => `sunny in ${city}`);
    const { session, sentOf } = await called(peer.tool({ ...options, execute }));
    expect(sentOf('output')).toEqual([['output', 'c1', 'sunny in Riga', false]]);
    expect(execute).toHaveBeenCalledWith({ city: 'Riga' }, session.context, expect.anything());
  });

  it('asks for approval, and runs once approved', async () => {
    const execute = vi.fn(async () => 'sunny');
    const { session, argsOf, sentOf } = await called(peer.tool({ ...options, needsApproval: true, execute }));
    expect(execute).not.toHaveBeenCalled();
    await session.approve((argsOf('tool_approval_requested')[2] as { approvalItem: never }).approvalItem);
    await settle();
    expect(sentOf('output')).toEqual([['output', 'c1', 'sunny', false]]);
  });

  it('is answered when its arguments are wrong, and the model goes on', async () => {
    const execute = vi.fn(async () => 'sunny');
    const { sentOf } = await called(peer.tool({ ...options, execute }), { city: 7 });
    expect(execute).not.toHaveBeenCalled();
    expect(sentOf('output')).toHaveLength(1);
    expect(sentOf('createResponse')).toHaveLength(1);
  });

  it('may answer in the background', async () => {
    const execute = async () => peer.backgroundResult('noted');
    const { sentOf } = await called(peer.tool({ ...options, execute }));
    expect(sentOf('output')).toEqual([['output', 'c1', 'noted', false]]);
    expect(sentOf('createResponse')).toEqual([]);
  });
});

describe("callbacks typed for the agents SDK's RunContext", () => {
  it('get the context of the session, with its approvals', async () => {
    const seen: unknown[] = [];
    const made = tool({
      name: 'weather',
      description: '',
      parameters,
      needsApproval: async (context: PeerRunContext<RealtimeContextData>) => context.context.history.length > 9,
      execute: async ({ city }, context?: PeerRunContext<RealtimeContextData>) => {
        seen.push(context?.isToolApproved({ toolName: 'weather', callId: 'c1' }), context?.usage.requests);
        return city;
      },
    });
    const { sentOf } = await called(made);
    expect(sentOf('output')).toEqual([['output', 'c1', 'Riga', false]]);
    expect(seen).toEqual([undefined, 1]);
  });
});

describe("an output guardrail typed for the agents SDK's classes", () => {
  it('reads what our agent says, and trips', async () => {
    const seen: unknown[] = [];
    const guardrail: peer.RealtimeOutputGuardrail = {
      name: 'no secrets',
      policyHint: 'Keep it to yourself.',
      execute: async ({ agent, agentOutput, context }) => {
        seen.push(agent.name, agent.handoffDescription, agentOutput, context.usage.requests);
        return { tripwireTriggered: true, outputInfo: null };
      },
    };
    const agent = new RealtimeAgent({ name: 'Ann', handoffDescription: 'for all' });
    const { transport, names, sentOf } = await stage({ agent, outputGuardrails: [guardrail] });
    transport.startResponse('r1');
    transport.emit('audio_transcript_delta', {
      type: 'transcript_delta',
      responseId: 'r1',
      itemId: 'a1',
      delta: 'x'.repeat(100),
    });
    await settle();
    expect(seen).toEqual(['Ann', 'for all', 'x'.repeat(100), 0]);
    expect(names()).toContain('guardrail_tripped');
    expect(sentOf('message')[0]?.[1]).toContain('Keep it to yourself.');
  });
});

describe("a handoff of the agents SDK's handoff()", () => {
  it('passes the conversation to an agent of this package, with its input', async () => {
    const onHandoff = vi.fn();
    const billing = new RealtimeAgent({ name: 'Billing', instructions: 'Bill.' });
    const made = peerHandoff(billing as never, {
      toolNameOverride: 'to_billing',
      inputType: z.object({ reason: z.string() }),
      onHandoff,
    });
    const agent = new RealtimeAgent({ name: 'Ann', handoffs: [made as unknown as Handoff] });
    const { session, transport, sentOf } = await stage({ agent });
    transport.startResponse('r1');
    transport.call('c1', 'to_billing', { reason: 'invoice' }, 'r1');
    transport.finishResponse('r1');
    await settle();
    expect(onHandoff).toHaveBeenCalledWith(session.context, { reason: 'invoice' });
    expect(session.currentAgent).toBe(billing);
    expect(sentOf('output')).toEqual([['output', 'c1', '{"assistant":"Billing"}', false]]);
  });
});

describe('an agent of the agents SDK', () => {
  it('can take over, and hears of what happens to it', async () => {
    const execute = async () => 'sunny';
    const theirs = new peer.RealtimeAgent({
      name: 'Theirs',
      instructions: 'Be kind.',
      tools: [peer.tool({ name: 'weather', description: '', parameters, execute })],
    });
    const onEnd = vi.fn();
    theirs.on('agent_tool_end', onEnd);
    const { session, transport, sentOf } = await stage();
    await session.updateAgent(theirs as never);
    expect(sentOf('config').at(-1)?.[1]).toMatchObject({ instructions: 'Be kind.', tools: [{ name: 'weather' }] });
    transport.startResponse('r1');
    transport.call('c1', 'weather', { city: 'Riga' }, 'r1');
    await settle();
    expect(sentOf('output')).toEqual([['output', 'c1', 'sunny', false]]);
    expect(onEnd).toHaveBeenCalledOnce();
  });
});
