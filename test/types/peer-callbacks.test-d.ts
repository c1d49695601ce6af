// Callbacks that an app has typed for the agents SDK: they fit as they are.

import type { RunContext as PeerRunContext } from '@openai/agents-core';
import { expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import type { RealtimeContextData, RunContext } from '../../src/index.ts';
import { RealtimeAgent, handoff, tool } from '../../src/index.ts';

interface Guest {
  guest: string;
}
type PeerContext = PeerRunContext<RealtimeContextData<Guest>>;

test('a context of the agents SDK is one of ours', () => {
  expectTypeOf<PeerRunContext<Guest>>().toExtend<RunContext<Guest>>();
  expectTypeOf<PeerRunContext<{ room: number }>>().not.toExtend<RunContext<Guest>>();
});

test('callbacks of a tool', () => {
  const parameters = z.object({ city: z.string() });
  const made = tool({
    name: 'weather',
    description: '',
    parameters,
    needsApproval: async (context: PeerContext) => context.context.guest === '',
    errorFunction: (context: PeerContext) => context.context.guest,
    timeoutErrorFunction: (context: PeerContext) => context.context.guest,
    execute: async ({ city }, context?: PeerContext) => `${city} for ${context?.context.guest ?? ''}`,
  });
  void new RealtimeAgent<Guest>({ name: 'Ann', tools: [made] });
});

test('callbacks of an agent and a handoff', () => {
  const bea = new RealtimeAgent<Guest>({
    name: 'Bea',
    instructions: (context: PeerContext) => `Serve ${context.context.guest}.`,
    prompt: (context: PeerContext) => ({ promptId: context.context.guest }),
  });
  const passing = handoff(bea, {
    inputType: z.object({ reason: z.string() }),
    onHandoff: (context: PeerContext, input) => {
      expectTypeOf(input).toEqualTypeOf<{ reason: string } | undefined>();
      expectTypeOf(context.context.guest).toEqualTypeOf<string>();
    },
  });
  void new RealtimeAgent<Guest>({ name: 'Ann', handoffs: [passing] });
});
