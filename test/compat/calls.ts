// Calls of a response, and the changes of agent that they make; interrupts when nothing is left to stop.

import type { Row } from './row.ts';
import type { Event, Side } from './side.ts';
import { Call, calls, item, says, settle, toolOf, wait } from './side.ts';

const STALLED = 'every call gets an output, and the model is asked to go on';

/** A call of one response that makes several function calls. */
async function callsOf(side: Side, agent: unknown, ...made: Event[]): Promise<Call> {
  const call = await Call.open(side, { agent });
  await call.server(says.started('r1'), ...made.map((each) => says.outputItem('r1', each)), says.done('r1', made));
  return call;
}

/** Events of the session, without those of the wire. */
function told(call: Call): string {
  return call
    .names()
    .filter((name) => name !== 'transport_event')
    .join(', ');
}

/** A session whose agent has said its piece, all of it heard by any player in real time. */
async function heardOut(side: Side): Promise<Call> {
  const call = await Call.open(side);
  await call.server(says.started('r1'), says.audio('r1', 'a', 200), says.audioDone('r1', 'a'), says.done('r1'));
  await wait(1000);
  call.told.length = 0;
  return call;
}

/** A call of a tool that takes longer than its 50 ms. */
async function overdue(side: Side, options: object): Promise<string> {
  const tool = toolOf(side, { timeoutMs: 50, execute: () => new Promise(() => {}), ...options });
  const call = await Call.open(side, { agent: side.agent({ name: 'Ann', tools: [tool] }) });
  await calls(call, 'weather');
  await wait(100);
  return `${call.answer()}: ${call.outputs().join()}; ${call.names('error', 'agent_tool_end').join(', ')}`;
}

export const callRows: readonly Row[] = [
  {
    name: 'two calls of one response, the second tool is done first: after its output, and after the other',
    better: 'the model answers when it has all outputs of its response',
    observe: async (side) => {
      const ends = new Map<string, (weather: string) => void>();
      const execute = ({ city }: { city: string }) => new Promise<string>((resolve) => ends.set(city, resolve));
      const agent = side.agent({ name: 'Ann', tools: [toolOf(side, { execute })] });
      const made = ['Riga', 'Oslo'].map((city) => item.call(city, 'weather', { city }));
      const call = await callsOf(side, agent, ...made);
      const seen: string[] = [];
      for (const city of ['Oslo', 'Riga']) {
        ends.get(city)?.(city);
        await settle();
        seen.push(call.answer());
      }
      return `${seen.join(', ')}: ${call.outputs().join(' ')}`;
    },
  },
  {
    name: 'two calls of one response whose tools are quick: after the first, after both, after the response',
    observe: async (side) => {
      const call = await Call.open(side, { agent: side.agent({ name: 'Ann', tools: [toolOf(side)] }) });
      const made = ['c1', 'c2'].map((callId) => item.call(callId, 'weather', {}));
      const seen: string[] = [];
      for (const events of [
        [says.started('r1'), says.outputItem('r1', made[0] ?? {})],
        [says.outputItem('r1', made[1] ?? {})],
        [says.done('r1', made)],
      ]) {
        await call.server(...events);
        seen.push(call.answer());
      }
      return seen.join('; ');
    },
  },
  {
    name: 'a handoff: events in order',
    observe: async (side) => {
      const agent = side.agent({ name: 'Ann', handoffs: [side.agent({ name: 'Bea' })] });
      return told(await callsOf(side, agent, item.call('c1', 'transfer_to_Bea', {})));
    },
  },
  {
    name: 'two handoffs in one response',
    better: 'the agent is changed once, by the first, and the model reads that the other was ignored',
    observe: async (side) => {
      const agent = side.agent({ name: 'Ann', handoffs: [side.agent({ name: 'Bea' }), side.agent({ name: 'Cleo' })] });
      const made = ['Bea', 'Cleo'].map((name) => item.call(name, `transfer_to_${name}`, {}));
      const call = await callsOf(side, agent, ...made);
      return `${call.session.currentAgent.name}, ${call.count('session.update')} update, ${call.answer()}`;
    },
  },
  {
    name: 'a handoff and a tool call in one response: messages in order',
    better: 'the new agent answers when it has the output, too',
    observe: async (side) => {
      const agent = side.agent({ name: 'Ann', tools: [toolOf(side)], handoffs: [side.agent({ name: 'Bea' })] });
      const made = [item.call('c1', 'transfer_to_Bea', {}), item.call('c2', 'weather', {})];
      const call = await callsOf(side, agent, ...made);
      return call.types().join(', ');
    },
  },
  {
    name: 'the instructions of the agent that is to take over throw',
    better: STALLED,
    observe: async (side) => {
      const instructions = () => {
        throw new Error('no instructions');
      };
      const agent = side.agent({ name: 'Ann', handoffs: [side.agent({ name: 'Bea', instructions })] });
      const call = await callsOf(side, agent, item.call('c1', 'transfer_to_Bea', {}));
      return `${call.session.currentAgent.name} stays, ${call.answer()}, ${call.heard('error').length} error`;
    },
  },
  {
    name: 'the instructions of the initial agent throw',
    observe: async (side) => {
      const instructions = () => {
        throw new Error('no instructions');
      };
      return Call.open(side, { agent: side.agent({ name: 'Ann', instructions }) }).then(
        () => 'connects',
        (error: unknown) => `connect() rejects: ${(error as Error).message}`,
      );
    },
  },
  {
    name: 'modelSettings of an agent, a function that throws',
    better: 'an option that can have no effect is refused where it is written',
    observe: async (side) => {
      const modelSettings = () => {
        throw new Error('no settings');
      };
      try {
        await Call.open(side, { agent: side.agent({ name: 'Ann', modelSettings }) });
        return 'not called, without effect';
      } catch (error) {
        return `new RealtimeAgent() throws ${(error as Error).name}`;
      }
    },
  },
  {
    name: 'the response of a call, as agent_tool_start, agent_tool_end, the tool and the approval know it',
    observe: async (side) => {
      const seen: unknown[] = [];
      const execute = (_input: unknown, _context: unknown, details?: { toolCall?: { responseId?: string } }) => {
        seen.push(details?.toolCall?.responseId);
        return '';
      };
      const agent = side.agent({ name: 'Ann', tools: [toolOf(side, { needsApproval: true, execute })] });
      const call = await callsOf(side, agent, item.call('c1', 'weather', {}));
      const asked = call.heard('tool_approval_requested')[0]?.[2] as {
        approvalItem: { rawItem: { responseId?: string } };
      };
      await call.session.approve(asked.approvalItem);
      await settle();
      for (const name of ['agent_tool_start', 'agent_tool_end']) {
        const details = call.heard(name)[0]?.at(-1) as { toolCall: { responseId?: string } } | undefined;
        seen.push(details?.toolCall.responseId);
      }
      return [...seen, asked.approvalItem.rawItem.responseId].join(' ');
    },
  },
  {
    name: 'a tool takes longer than its timeoutMs',
    better: 'the app hears of it, too',
    observe: (side) => overdue(side, {}),
  },
  {
    name: "a tool takes longer than its timeoutMs, timeoutBehavior: 'raise_exception'",
    better: STALLED,
    observe: (side) => overdue(side, { timeoutBehavior: 'raise_exception' }),
  },
  {
    name: 'a tool takes longer than its timeoutMs, timeoutErrorFunction',
    observe: (side) =>
      overdue(side, {
        timeoutErrorFunction: (_context: unknown, error: { toolName: string; timeoutMs: number }) =>
          `${error.toolName} ${error.timeoutMs}`,
      }),
  },
  {
    name: 'interrupt() after all was played, twice',
    observe: async (side) => {
      const call = await heardOut(side);
      call.session.interrupt();
      call.session.interrupt();
      await settle();
      return `${told(call)}; ${call.types().length} sent`;
    },
  },
  {
    name: 'interrupt() before anything was said',
    observe: async (side) => {
      const call = await Call.open(side);
      call.session.interrupt();
      await settle();
      return `${told(call)}; ${call.types().length} sent`;
    },
  },
  {
    name: 'the user speaks after all was played',
    observe: async (side) => {
      const call = await heardOut(side);
      await call.server(says.speechStarted());
      return `${told(call)}; ${call.types().length} sent`;
    },
  },
  {
    name: 'updateHistory() after close()',
    better: 'a change that nobody can make is refused',
    observe: async (side) => {
      const call = await Call.open(side);
      call.session.close();
      try {
        call.session.updateHistory([]);
        return 'nothing happens';
      } catch (error) {
        return `throws ${String((error as { code?: string }).code)}`;
      }
    },
  },
];
