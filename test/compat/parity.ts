// Fair weather: what a program written for the peer relies on.

import type { Row } from './row.ts';
import type { Event, Side } from './side.ts';
import { Call, calls, item, says, settle, toolOf } from './side.ts';

async function payload(side: Side, agentConfig: object, options: object = {}, connect: object = {}): Promise<Event> {
  const socketEvents: Event[] = [];
  const call = await Call.open(side, {
    agent: side.agent({ name: 'Ann', ...agentConfig }),
    session: options,
    connect,
    hears: [],
    onSent: (event) => socketEvents.push(event),
  });
  call.session.close();
  return (socketEvents.find(({ type }) => type === 'session.update')?.['session'] ?? {}) as Event;
}

function pick(session: Event, ...path: string[]): string {
  let value: unknown = session;
  for (const key of path) value = (value as Event | undefined)?.[key];
  return JSON.stringify(value);
}

export const parity: readonly Row[] = [
  {
    name: 'the configuration of a plain agent',
    observe: async (side) => {
      const session = await payload(side, { instructions: 'Be brief.' });
      return [
        pick(session, 'instructions'),
        pick(session, 'output_modalities'),
        pick(session, 'audio', 'input', 'turn_detection'),
      ].join(' ');
    },
  },
  {
    name: 'voice: of the session and of the agent',
    observe: async (side) =>
      pick(
        await payload(side, { voice: 'ash' }, { config: { audio: { output: { voice: 'marin' } } } }),
        'audio',
        'output',
        'voice',
      ),
  },
  {
    name: 'voice: of the agent alone',
    observe: async (side) => pick(await payload(side, { voice: 'ash' }), 'audio', 'output', 'voice'),
  },
  {
    name: 'turn detection in snake case',
    observe: async (side) => {
      const turnDetection = { type: 'server_vad', silence_duration_ms: 300, create_response: false };
      const detection = (await payload(side, {}, { config: { audio: { input: { turnDetection } } } }))['audio'] as {
        input: { turn_detection: Event };
      };
      const { type, silence_duration_ms: silence, create_response: creates } = detection.input.turn_detection;
      return JSON.stringify([type, silence, creates]);
    },
  },
  {
    name: 'turn detection in camel case, in the deprecated place',
    observe: async (side) => {
      const turnDetection = { type: 'server_vad', silenceDurationMs: 300, interruptResponse: false };
      const detection = (await payload(side, {}, { config: { turnDetection } }))['audio'] as {
        input: { turn_detection: Event };
      };
      const { type, silence_duration_ms: silence, interrupt_response: interrupts } = detection.input.turn_detection;
      return JSON.stringify([type, silence, interrupts]);
    },
  },
  {
    name: 'the deprecated audio formats g711_ulaw',
    observe: async (side) => {
      const session = await payload(
        side,
        {},
        { config: { inputAudioFormat: 'g711_ulaw', outputAudioFormat: 'g711_ulaw' } },
      );
      return `${pick(session, 'audio', 'input', 'format')} ${pick(session, 'audio', 'output', 'format')}`;
    },
  },
  {
    name: 'tools and handoffs on the wire',
    observe: async (side) => {
      const session = await payload(side, { tools: [toolOf(side)], handoffs: [side.agent({ name: 'Billing Desk' })] });
      return JSON.stringify((session['tools'] as Event[]).map(({ type, name }) => [type, name]));
    },
  },
  {
    name: 'instructions as a function of context and agent',
    observe: async (side) => {
      const instructions = (context: { context: { guest: string } }, agent: { name: string }) =>
        `${agent.name} serves ${context.context.guest}.`;
      return pick(await payload(side, { instructions }, { context: { guest: 'Kim' } }), 'instructions');
    },
  },
  {
    name: 'a prompt template',
    observe: async (side) => pick(await payload(side, { prompt: { promptId: 'p1', version: '2' } }), 'prompt'),
  },
  {
    name: 'two tools of one name',
    observe: async (side) => {
      const agent = side.agent({ name: 'Ann', tools: [toolOf(side), toolOf(side)] });
      return side.computeConfig(agent).then(
        () => 'accepted',
        (error: Error) => error.name,
      );
    },
  },
  {
    name: 'a tool that is not enabled',
    observe: async (side) => {
      const config = await side.computeConfig(side.agent({ name: 'Ann', tools: [toolOf(side, { isEnabled: false })] }));
      return JSON.stringify(config['tools']);
    },
  },
  {
    name: 'tracing with workflow name, group and metadata',
    observe: async (side) => {
      const options = { workflowName: 'w', groupId: 'g', traceMetadata: { k: 1 } };
      return JSON.stringify((await side.computeConfig(side.agent({ name: 'Ann' }), options))['tracing']);
    },
  },
  {
    name: 'tracing disabled',
    observe: async (side) =>
      JSON.stringify((await side.computeConfig(side.agent({ name: 'Ann' }), { tracingDisabled: true }))['tracing']),
  },
  {
    name: 'connect({ model })',
    better: 'a model that the app names is used',
    observe: async (side) =>
      pick(await payload(side, {}, { model: 'gpt-realtime' }, { model: 'gpt-realtime-mini' }), 'model'),
  },
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
