// Files that an app keeps as they were written for the agents SDK, while another one has changed its import.

import type { Agent as PeerAgentOfText, RunContext as PeerRunContext } from '@openai/agents-core';
import {
  ToolGuardrailFunctionOutputFactory as peerAnswers,
  defineToolInputGuardrail,
  defineToolOutputGuardrail,
  hostedMcpTool as peerHostedMcpTool,
} from '@openai/agents-core';
import type { RunToolApprovalItem as PeerApprovalItem } from '@openai/agents-core';
import type {
  RealtimeAgent as PeerAgent,
  RealtimeContextData as PeerContextData,
  RealtimeItem as PeerItem,
  RealtimeOutputGuardrail as PeerGuardrail,
  RealtimeSessionOptions as PeerSessionOptions,
} from '@openai/agents-realtime';
import { tool as peerTool } from '@openai/agents-realtime';
import { expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import type {
  AgentProfile,
  HandoffConfig,
  RealtimeAgentConfiguration,
  RealtimeItem,
  RealtimeOutputGuardrail,
  RealtimeSessionOptions,
  ToolOptions,
} from '../../src/index.ts';
import { RealtimeAgent, RealtimeSession } from '../../src/index.ts';

interface Guest {
  guest: string;
}
type PeerContext = PeerRunContext<PeerContextData<Guest>>;
interface PeerOffer {
  runContext: PeerContext;
  agent: PeerAgentOfText<PeerContextData<Guest>>;
}
const parameters = z.object({ city: z.string() });

test('output guardrails', () => {
  expectTypeOf<PeerGuardrail>().toExtend<RealtimeOutputGuardrail>();
  void new RealtimeSession(new RealtimeAgent<Guest>({ name: 'Ann' }), {
    outputGuardrails: [
      {
        name: 'typed by hand',
        execute: async (args: { agent: PeerAgent<Guest>; agentOutput: string; context: PeerRunContext }) => ({
          tripwireTriggered: args.agentOutput === args.agent.name,
          outputInfo: args.context.usage,
        }),
      },
      {
        name: 'of ours',
        execute: async ({ agent, agentOutput }) => {
          expectTypeOf(agent).toEqualTypeOf<AgentProfile>();
          expectTypeOf(agentOutput).toEqualTypeOf<string>();
          return { tripwireTriggered: false, outputInfo: null };
        },
      },
      // @ts-expect-error A guardrail says whether it trips.
      { name: 'without an answer', execute: async () => ({ outputInfo: null }) },
    ],
  });
});

test('functions that are given an agent', () => {
  type Instructions = NonNullable<RealtimeAgentConfiguration<Guest>['instructions']>;
  expectTypeOf<(context: PeerContext, agent: PeerAgent<Guest>) => string>().toExtend<Instructions>();
  expectTypeOf<(context: PeerContext, agent: { room: number }) => string>().not.toExtend<Instructions>();
  type Prompt = NonNullable<RealtimeAgentConfiguration<Guest>['prompt']>;
  expectTypeOf<(context: PeerContext, agent: PeerAgent<Guest>) => { promptId: string }>().toExtend<Prompt>();
  type IsToolEnabled = NonNullable<ToolOptions<typeof parameters, PeerContextData<Guest>>['isEnabled']>;
  expectTypeOf<(offer: PeerOffer) => boolean>().toExtend<IsToolEnabled>();
  type IsHandoffEnabled = NonNullable<HandoffConfig<undefined, Guest>['isEnabled']>;
  expectTypeOf<(offer: PeerOffer) => boolean>().toExtend<IsHandoffEnabled>();
});

test('tools, and the guardrails of tools', () => {
  const inputGuardrail = defineToolInputGuardrail({
    name: 'in',
    run: async ({ agent }) => peerAnswers.allow(agent.name),
  });
  const outputGuardrail = defineToolOutputGuardrail({ name: 'out', run: async () => peerAnswers.allow() });
  const options: ToolOptions<typeof parameters> = {
    description: '',
    parameters,
    execute: ({ city }) => city,
    inputGuardrails: [inputGuardrail],
    outputGuardrails: [outputGuardrail],
  };
  const made = peerTool({ name: 'weather', description: '', parameters, execute: async ({ city }) => city });
  const typed = peerTool<typeof parameters, PeerContextData<Guest>>({
    name: 'weather',
    description: '',
    parameters,
    execute: async ({ city }, context) => `${city} for ${context?.context.guest}`,
  });
  const hosted = peerHostedMcpTool({ serverLabel: 'docs', serverUrl: 'https://example.com' });
  void new RealtimeAgent<Guest>({ name: 'Ann', tools: [made, typed, hosted] });
  void options;
});

test('options of a session, the history, approvals', () => {
  expectTypeOf<Partial<PeerSessionOptions<Guest>>>().toExtend<Partial<RealtimeSessionOptions<Guest>>>();
  expectTypeOf<RealtimeItem[]>().toExtend<PeerItem[]>();
  expectTypeOf<PeerApprovalItem>().toExtend<Parameters<RealtimeSession['approve']>[0]>();
  expectTypeOf<PeerApprovalItem>().toExtend<Parameters<RealtimeSession['reject']>[0]>();
});

test('listeners that are given a context', () => {
  const session = new RealtimeSession<Guest>(new RealtimeAgent<Guest>({ name: 'Ann' }));
  session.on('agent_start', (context: PeerContext) => void context);
  // @ts-expect-error The context has no room.
  session.on('agent_start', (context: PeerRunContext<{ room: number }>) => void context);
});
