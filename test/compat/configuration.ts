// What a session and its agents make of their configuration, as the service is told.

import type { Row } from './row.ts';
import type { Event, Side } from './side.ts';
import { Call, calls, toolOf } from './side.ts';

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

export const configuration: readonly Row[] = [
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
    name: 'an agent with a prompt and no tools: the tools of the configuration',
    observe: async (side) => pick(await payload(side, { prompt: { promptId: 'p1' } }), 'tools') ?? 'left to the prompt',
  },
  {
    name: 'a handoff to an agent without tools: the tools of the update',
    observe: async (side) => {
      const agent = side.agent({ name: 'Ann', tools: [toolOf(side)], handoffs: [side.agent({ name: 'Bea' })] });
      const call = await Call.open(side, { agent });
      await calls(call, 'transfer_to_Bea');
      return JSON.stringify(call.lastUpdate()['tools']);
    },
  },
  {
    name: 'both shapes of the configuration at once, and they disagree',
    better: 'the new shape wins, and what only one of them says is not lost',
    observe: async (side) => {
      const audio = { input: { format: 'g711_ulaw', turnDetection: { type: 'semantic_vad' } } };
      const session = await payload(side, {}, { config: { audio, turnDetection: { type: 'server_vad' }, speed: 1.2 } });
      const input = ['format', 'turn_detection'].map((field) => pick(session, 'audio', 'input', field));
      return `${input.join(' ')} ${pick(session, 'audio', 'output', 'speed')}`;
    },
  },
  {
    name: 'turn detection, transcription and noise reduction turned off by null',
    observe: async (side) => {
      const input = { turnDetection: null, transcription: null, noiseReduction: null };
      return pick(await payload(side, {}, { config: { audio: { input } } }), 'audio', 'input');
    },
  },
  {
    name: 'the whole deprecated shape',
    observe: async (side) => {
      const session = await payload(
        side,
        {},
        {
          config: {
            modalities: ['text'],
            voice: 'ash',
            inputAudioFormat: 'g711_alaw',
            outputAudioFormat: 'pcm16',
            inputAudioTranscription: { model: 'whisper-1' },
            turnDetection: { type: 'semantic_vad', eagerness: 'low' },
            inputAudioNoiseReduction: { type: 'far_field' },
            speed: 1.5,
          },
        },
      );
      const { input, output } = session['audio'] as { input: Event; output: Event };
      const { format, noise_reduction: noise, transcription, turn_detection: turns } = input;
      const heard = [format, noise, transcription, turns, output['format'], output['voice'], output['speed']];
      return `${pick(session, 'output_modalities')} ${JSON.stringify(heard)}`;
    },
  },
  {
    name: 'toolChoice, parallelToolCalls, reasoning and providerData',
    observe: async (side) => {
      const session = await payload(
        side,
        {},
        {
          config: {
            toolChoice: 'required',
            parallelToolCalls: false,
            reasoning: { effort: 'low' },
            providerData: { max_output_tokens: 50 },
          },
        },
      );
      const fields = ['tool_choice', 'parallel_tool_calls', 'reasoning', 'max_output_tokens'];
      return fields.map((field) => pick(session, field)).join(' ');
    },
  },
  {
    name: 'toolChoice by the name of a tool',
    better: 'the service takes a function by its type and name only',
    observe: async (side) => pick(await payload(side, {}, { config: { toolChoice: 'weather' } }), 'tool_choice'),
  },
];
