// Approvals: what the app decides about a call, and what holds it to that.

import type { Row } from './row.ts';
import type { Side } from './side.ts';
import { Call, calls, says, settle, toolOf } from './side.ts';

/** A call that waits for approval, and the request for it. */
async function asked(side: Side, session: object = {}) {
  const agent = side.agent({ name: 'Ann', tools: [toolOf(side, { needsApproval: true })] });
  const call = await Call.open(side, { agent, session });
  await calls(call, 'weather', { city: 'Riga' });
  const request = (): { approvalItem: { rawItem: { arguments: string } } } =>
    call.heard('tool_approval_requested').at(-1)?.[2] as { approvalItem: { rawItem: { arguments: string } } };
  return { call, item: request().approvalItem };
}

/** The next call of the tool. */
async function callAgain(call: Call): Promise<void> {
  await call.server(says.started('r2'), says.done('r2'));
  await calls(call, 'weather', { city: 'Oslo' }, 'c2', 'r3');
}

async function outcome(decision: Promise<void>): Promise<string> {
  const told = await decision.then(
    () => 'accepted',
    () => 'refused',
  );
  await settle();
  return told;
}

export const decisions: readonly Row[] = [
  {
    name: 'a call is approved twice, and then rejected',
    observe: async (side) => {
      const { call, item } = await asked(side);
      const all: string[] = [];
      for (const decide of ['approve', 'approve', 'reject'] as const)
        all.push(await outcome(call.session[decide](item)));
      return `${all.join(', ')}; ${call.answer()}`;
    },
  },
  {
    name: 'an approval that comes after close()',
    observe: async (side) => {
      const { call, item } = await asked(side);
      call.session.close();
      return outcome(call.session.approve(item));
    },
  },
  {
    name: 'an approval of the connection before',
    observe: async (side) => {
      const { call, item } = await asked(side);
      call.session.close();
      await call.session.connect({ apiKey: 'ek_test' });
      return `${await outcome(call.session.approve(item))}; ${call.answer()}`;
    },
  },
  {
    name: 'an approval item whose arguments the app has changed',
    observe: async (side) => {
      const { call, item } = await asked(side);
      item.rawItem.arguments = '{"city":"Oslo"}';
      return `${await outcome(call.session.approve(item))}; ${call.answer()}`;
    },
  },
  {
    name: 'alwaysReject with a message: the next call of the tool',
    observe: async (side) => {
      const { call, item } = await asked(side);
      await call.session.reject(item, { alwaysReject: true, message: 'Never.' });
      await settle();
      await callAgain(call);
      return `${call.outputs().join(', ')}; ${call.heard('tool_approval_requested').length} asked`;
    },
  },
  {
    name: 'alwaysApprove, and then another agent with a tool of that name',
    observe: async (side) => {
      const { call, item } = await asked(side);
      await call.session.approve(item, { alwaysApprove: true });
      await settle();
      await call.session.updateAgent(side.agent({ name: 'Bea', tools: [toolOf(side, { needsApproval: true })] }));
      await callAgain(call);
      return `${call.heard('tool_approval_requested').length} asked, ${call.outputs().length} output`;
    },
  },
  {
    name: 'alwaysApprove, and then a new connection',
    observe: async (side) => {
      const { call, item } = await asked(side);
      await call.session.approve(item, { alwaysApprove: true });
      await settle();
      call.session.close();
      await call.session.connect({ apiKey: 'ek_test' });
      await settle();
      await callAgain(call);
      return `${call.heard('tool_approval_requested').length} asked`;
    },
  },
  {
    name: 'what needsApproval is asked with',
    observe: async (side) => {
      const seen: unknown[] = [];
      const needsApproval = async (_context: unknown, ...rest: unknown[]) => {
        seen.push(...rest);
        return false;
      };
      const agent = side.agent({ name: 'Ann', tools: [toolOf(side, { needsApproval })] });
      await calls(await Call.open(side, { agent }), 'weather', { city: 'Riga' });
      return JSON.stringify(seen);
    },
  },
  ...[true, false].map((preApprovalInputGuardrails): Row => ({
    name: `an input guardrail rejects a call that needs approval, preApprovalInputGuardrails ${String(preApprovalInputGuardrails)}`,
    observe: async (side) => {
      const run = async () => ({ behavior: { type: 'rejectContent', message: 'Not that city.' } });
      const options = { needsApproval: true, inputGuardrails: [{ type: 'tool_input', name: 'g', run }] };
      const agent = side.agent({ name: 'Ann', tools: [toolOf(side, options)] });
      const call = await Call.open(side, { agent, session: { toolExecution: { preApprovalInputGuardrails } } });
      await calls(call, 'weather');
      return `${call.heard('tool_approval_requested').length} asked; ${call.answer()}`;
    },
  })),
];
