// Fair weather: what a program written for the peer relies on.

import type { Row } from './row.ts';
import type { Event } from './side.ts';
import { Call, calls, item, says, settle, toolOf } from './side.ts';

export const parity: readonly Row[] = [
  {
    name: 'sendMessage(text)',
    observe: async (side) => {
      const call = await Call.open(side);
      call.session.sendMessage('Hello');
      await settle();
      return `${call.types().join(', ')}: ${JSON.stringify(call.firstItem()['content'])}`;
    },
  },
  {
    name: 'sendMessage of a message with an image',
    observe: async (side) => {
      const call = await Call.open(side);
      const content = [
        { type: 'input_text', text: 'Look' },
        { type: 'input_image', image: 'data:image/png;base64,AA==' },
      ];
      call.session.sendMessage({ type: 'message', role: 'user', content });
      await settle();
      return JSON.stringify(call.firstItem()['content']);
    },
  },
  {
    name: 'addImage without a response',
    observe: async (side) => {
      const call = await Call.open(side);
      call.session.addImage('data:image/png;base64,AA==', { triggerResponse: false });
      await settle();
      return call.types().join(', ');
    },
  },
  {
    name: 'sendAudio with commit',
    observe: async (side) => {
      const call = await Call.open(side);
      call.session.sendAudio(new Uint8Array([1, 2, 3, 4]).buffer, { commit: true });
      return `${call.types().join(', ')}: ${String(call.socket.sent[0]?.['audio'])}`;
    },
  },
  {
    name: 'two messages while a response is active: responses asked for before it ends, and after',
    observe: async (side) => {
      const call = await Call.open(side);
      await call.server(says.started('r1'));
      call.session.sendMessage('one');
      call.session.sendMessage('two');
      await settle();
      const before = call.count('response.create');
      await call.server(says.done('r1'));
      return `${before}, ${call.count('response.create')}`;
    },
  },
  {
    name: 'a tool call: events in order',
    observe: async (side) => {
      const call = await Call.open(side, { agent: side.agent({ name: 'Ann', tools: [toolOf(side)] }) });
      await calls(call, 'weather');
      return `${call.names('agent_start', 'agent_tool_start', 'agent_tool_end', 'agent_end').toSorted().join(', ')}; ${call.outputs()[0]}; ${call.answer()}`;
    },
  },
  {
    name: 'a background result',
    observe: async (side) => {
      const tool = toolOf(side, { execute: () => side.backgroundResult('noted') });
      const call = await Call.open(side, { agent: side.agent({ name: 'Ann', tools: [tool] }) });
      await calls(call, 'weather');
      return `${call.outputs()[0]}; ${call.answer()}`;
    },
  },
  {
    name: 'an object as result',
    observe: async (side) => {
      const tool = toolOf(side, { execute: () => ({ sky: 'blue' }) });
      const call = await Call.open(side, { agent: side.agent({ name: 'Ann', tools: [tool] }) });
      await calls(call, 'weather');
      return String(call.outputs()[0]);
    },
  },
  {
    name: 'a call that needs approval, approved',
    observe: async (side) => {
      const call = await Call.open(side, {
        agent: side.agent({ name: 'Ann', tools: [toolOf(side, { needsApproval: true })] }),
      });
      await calls(call, 'weather');
      const before = call.answer();
      const request = call.heard('tool_approval_requested')[0]?.[2] as { type: string; approvalItem: unknown };
      await call.session.approve(request.approvalItem);
      await settle();
      return `${request.type}; before: ${before}; after: ${call.answer()}`;
    },
  },
  {
    name: 'a call rejected with a message: output and events',
    observe: async (side) => {
      const call = await Call.open(side, {
        agent: side.agent({ name: 'Ann', tools: [toolOf(side, { needsApproval: true })] }),
      });
      await calls(call, 'weather');
      const request = call.heard('tool_approval_requested')[0]?.[2] as { approvalItem: unknown };
      await call.session.reject(request.approvalItem, { message: 'Not today.' });
      await settle();
      return `${call.outputs()[0]}; ${call.names('agent_tool_start', 'agent_tool_end').join(', ')}`;
    },
  },
  {
    name: 'alwaysApprove: the next call of the tool',
    observe: async (side) => {
      const call = await Call.open(side, {
        agent: side.agent({ name: 'Ann', tools: [toolOf(side, { needsApproval: true })] }),
      });
      await calls(call, 'weather');
      const request = call.heard('tool_approval_requested')[0]?.[2] as { approvalItem: unknown };
      await call.session.approve(request.approvalItem, { alwaysApprove: true });
      await settle();
      await call.server(says.started('r2'), says.done('r2'));
      await calls(call, 'weather', {}, 'c2', 'r3');
      return `${call.heard('tool_approval_requested').length} asked, ${call.outputs().length} outputs`;
    },
  },
  {
    name: 'toolErrorFormatter',
    observe: async (side) => {
      const call = await Call.open(side, {
        agent: side.agent({ name: 'Ann', tools: [toolOf(side, { needsApproval: true })] }),
        session: {
          toolErrorFormatter: ({ kind, toolName }: { kind: string; toolName: string }) => `${kind} ${toolName}`,
        },
      });
      await calls(call, 'weather');
      const request = call.heard('tool_approval_requested')[0]?.[2] as { approvalItem: unknown };
      await call.session.reject(request.approvalItem);
      await settle();
      return String(call.outputs()[0]);
    },
  },
  {
    name: 'an input guardrail of a tool rejects',
    observe: async (side) => {
      const run = async () => ({ behavior: { type: 'rejectContent', message: 'Not that city.' } });
      const tool = toolOf(side, { inputGuardrails: [{ name: 'g', run }] });
      const call = await Call.open(side, { agent: side.agent({ name: 'Ann', tools: [tool] }) });
      await calls(call, 'weather');
      return `${call.outputs()[0]}; ${call.answer()}`;
    },
  },
  {
    name: 'an output guardrail of a tool rejects',
    observe: async (side) => {
      const run = async () => ({ behavior: { type: 'rejectContent', message: 'A secret.' } });
      const tool = toolOf(side, { outputGuardrails: [{ name: 'g', run }] });
      const call = await Call.open(side, { agent: side.agent({ name: 'Ann', tools: [tool] }) });
      await calls(call, 'weather');
      return `${call.outputs()[0]}; ${call.answer()}`;
    },
  },
  {
    name: 'a local MCP server: what is offered, and what the model reads',
    better: 'the model reads the text, not the JSON around it',
    observe: async (side) => {
      const server = {
        name: 'docs',
        cacheToolsList: false,
        connect: async () => {},
        close: async () => {},
        invalidateToolsCache: async () => {},
        listTools: async () => [
          { name: 'find', description: 'Finds.', inputSchema: { type: 'object', properties: {}, required: [] } },
        ],
        callTool: async () => [{ type: 'text', text: 'page 4' }],
      };
      const call = await Call.open(side, { agent: side.agent({ name: 'Ann', mcpServers: [server] }) });
      await calls(call, 'find');
      return `${call.answer()}: ${call.outputs()[0]}`;
    },
  },
  {
    name: 'a handoff: messages in order, and the agent after it',
    observe: async (side) => {
      const billing = side.agent({ name: 'Billing', instructions: 'Bill.' });
      const call = await Call.open(side, { agent: side.agent({ name: 'Ann', handoffs: [billing] }) });
      await calls(call, 'transfer_to_Billing');
      return `${call.types().join(', ')}; ${call.session.currentAgent.name}; ${call.outputs()[0]}`;
    },
  },
  {
    name: 'updateAgent to a clone of the same name',
    observe: async (side) => {
      const ann = side.agent({ name: 'Ann', instructions: 'one' });
      const clone = ann.clone({ instructions: 'two' });
      const call = await Call.open(side, { agent: ann });
      await call.session.updateAgent(clone);
      const { instructions } = call.lastUpdate();
      return `${String(instructions)}, ${call.session.currentAgent === clone ? 'the clone' : 'the original'}`;
    },
  },
  {
    name: 'another agent without prompt takes over: the prompt of the update',
    better: 'what an update leaves out stays with the server, so the old prompt must be taken back',
    observe: async (side) => {
      const call = await Call.open(side, { agent: side.agent({ name: 'Ann', prompt: { promptId: 'p1' } }) });
      await call.session.updateAgent(side.agent({ name: 'Bea' }));
      const session = call.lastUpdate();
      return 'prompt' in session ? JSON.stringify(session['prompt']) : 'left out';
    },
  },
  {
    name: 'audio events of a response with two items',
    observe: async (side) => {
      const call = await Call.open(side);
      await call.server(
        says.started('r1'),
        says.audio('r1', 'a', 20),
        says.audioDone('r1', 'a'),
        says.audio('r1', 'b', 20),
        says.audioDone('r1', 'b'),
      );
      return call.names('audio_start', 'audio', 'audio_stopped').join(', ');
    },
  },
  {
    name: 'agent_end carries the text of the last message',
    observe: async (side) => {
      const call = await Call.open(side);
      await call.server(says.started('r1'), says.done('r1', [item.spoken('a1', 'Hello there')]));
      return String(call.heard('agent_end')[0]?.[2]);
    },
  },
  {
    name: 'the arguments of a call do not match the schema: errorFunction',
    observe: async (side) => {
      const tool = toolOf(side, { errorFunction: (_context: unknown, error: Error) => error.name });
      const call = await Call.open(side, { agent: side.agent({ name: 'Ann', tools: [tool] }) });
      await calls(call, 'weather', { city: 7 });
      return call.outputs().join();
    },
  },
  {
    name: 'a call in a response that began before the session joined',
    observe: async (side) => {
      const call = await Call.open(side, { agent: side.agent({ name: 'Ann', tools: [toolOf(side)] }) });
      await call.server(says.outputItem('r1', item.call('c1', 'weather', {})));
      return call.answer();
    },
  },
  {
    name: 'the end of a response that began before the session joined, with a call and without: usage',
    observe: async (side) => {
      const call = await Call.open(side, { agent: side.agent({ name: 'Ann', tools: [toolOf(side)] }) });
      const made = item.call('c1', 'weather', {});
      await call.server(says.done('r0'));
      await call.server(says.outputItem('r1', made), says.done('r1', [made]));
      return `${call.session.usage.requests} requests, ${call.session.usage.totalTokens} tokens`;
    },
  },
  {
    name: 'the result of a tool is no JSON',
    better: 'the model is not shown a piece of text that the tool never returned',
    observe: async (side) => {
      const tool = toolOf(side, { execute: () => ({ count: 5n }) });
      const call = await Call.open(side, { agent: side.agent({ name: 'Ann', tools: [tool] }) });
      await calls(call, 'weather');
      return `${call.outputs().join()}; ${call.heard('error').length} error`;
    },
  },
  {
    name: 'a written answer in history',
    observe: async (side) => {
      const call = await Call.open(side);
      const message = { id: 'a1', type: 'message', role: 'assistant' };
      const written = { ...message, status: 'completed', content: [{ type: 'output_text', text: 'Hi' }] };
      const place = { response_id: 'r1', item_id: 'a1', output_index: 0, content_index: 0 };
      await call.server(
        says.started('r1'),
        says.outputItem('r1', { ...message, status: 'in_progress', content: [] }, 'added'),
        says.other('response.output_text.delta', { ...place, delta: 'Hi' }),
        says.outputItem('r1', written),
        says.done('r1', [written]),
      );
      return JSON.stringify(call.session.history[0]?.['content']);
    },
  },
  {
    name: 'text that comes only with the end of its response: guardrails that trip',
    observe: async (side) => {
      const outputGuardrails = [{ name: 'g', execute: async () => ({ tripwireTriggered: true, outputInfo: '' }) }];
      const call = await Call.open(side, { session: { outputGuardrails } });
      await call.server(says.started('r1'), says.done('r1', [item.spoken('a1', 'A secret.')]));
      return `${call.heard('guardrail_tripped').length}, ${JSON.stringify(call.heard('guardrail_tripped')[0]?.[3])}`;
    },
  },
  {
    name: 'an error of the server as the app gets it',
    observe: async (side) => {
      const call = await Call.open(side, { hears: ['error'] });
      await call.server(says.error({ message: 'wrong', code: 'bad' }));
      const [error] = call.heard('error')[0] as [{ type: string; error: { error?: { message?: string } } }];
      return `${error.type}: ${String(error.error.error?.message)}`;
    },
  },
  {
    name: 'updateHistory removes an item',
    observe: async (side) => {
      const call = await Call.open(side);
      await call.server(says.item(item.user('u1', 'one'), null), says.item(item.user('u2', 'two'), 'u1'));
      call.session.updateHistory((history: { itemId: string }[]) => history.filter(({ itemId }) => itemId !== 'u1'));
      await settle();
      return call.socket.sent.map(({ type, item_id: id }) => `${String(type)} ${String(id)}`).join(', ');
    },
  },
  {
    name: 'an edited spoken user item is made again',
    better: 'it is re-created by its transcript, because its audio was not stored',
    observe: async (side) => {
      const call = await Call.open(side);
      const spoken = { ...item.user('u1', ''), content: [{ type: 'input_audio', transcript: 'one' }] };
      await call.server(says.item(spoken, null));
      const edited = [{ ...call.session.history[0], content: [{ type: 'input_audio', transcript: 'ONE' }] }];
      try {
        call.session.updateHistory(edited);
      } catch (error) {
        return (error as Error).name;
      }
      await settle();
      const created = call.sent('conversation.item.create')[0]?.['item'] as Event | undefined;
      return JSON.stringify(created?.['content'] ?? 'nothing');
    },
  },
  {
    name: 'mute() over a WebSocket',
    observe: async (side) => {
      const call = await Call.open(side);
      try {
        call.session.mute(true);
        return 'accepted';
      } catch {
        return `throws; muted is ${String(call.session.muted)}`;
      }
    },
  },
  {
    name: "the context of a tool: the app's own, and the history",
    observe: async (side) => {
      let seen = '';
      const execute = (_input: unknown, context: { context: { guest: string; history: unknown[] } }) => {
        seen = `${context.context.guest}, ${context.context.history.length} item`;
        return '';
      };
      const call = await Call.open(side, {
        agent: side.agent({ name: 'Ann', tools: [toolOf(side, { execute })] }),
        session: { context: { guest: 'Kim' } },
      });
      await call.server(says.item(item.user('u1', 'one'), null));
      await calls(call, 'weather');
      return seen;
    },
  },
  {
    name: 'images in history',
    better: 'an item with an image keeps it',
    observe: async (side) => {
      const call = await Call.open(side);
      const image = { type: 'input_image', image_url: 'data:image/png;base64,AA==' };
      await call.server(says.item({ ...item.user('u1', ''), content: [image] }, null));
      return JSON.stringify(call.session.history[0]?.['content'] ?? 'no item');
    },
  },
];
