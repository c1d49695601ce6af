// A call in which every event of a session comes up.

import { z } from 'zod';
import { RealtimeAgent } from '../../src/agent/agent.ts';
import { hostedMcpTool } from '../../src/agent/hosted-mcp.ts';
import { tool } from '../../src/agent/tool.ts';
import type { RealtimeMcpCallApprovalRequestItem, RealtimeMcpCallItem } from '../../src/protocol/items.ts';
import type { RealtimeSession } from '../../src/realtime-session.ts';
import type { RealtimeSessionEventTypes } from '../../src/session-events.ts';
import type { ScriptedTransport } from '../../src/testing/scripted-transports.ts';
import { settle, stage } from './stage.ts';

/** Events of features that a session has only with them. */
type FeatureEvent = 'audio_paused' | 'audio_resumed' | 'audio_hold_timeout' | 'input_refused' | 'turn_metrics';

/** Every event that a session originates by itself. */
const events = {
  agent_start: true,
  agent_end: true,
  agent_handoff: true,
  agent_tool_start: true,
  agent_tool_end: true,
  transport_event: true,
  audio_start: true,
  audio_stopped: true,
  audio: true,
  audio_interrupted: true,
  guardrail_tripped: true,
  history_updated: true,
  history_added: true,
  error: true,
  tool_approval_requested: true,
  mcp_tool_call_completed: true,
  mcp_tools_changed: true,
  connection: true,
  user_speech_started: true,
  user_speech_stopped: true,
  playback_done: true,
} satisfies Record<Exclude<keyof RealtimeSessionEventTypes, FeatureEvent>, true>;

/** Their names. */
export const names = Object.keys(events) as (keyof typeof events)[];

const request: RealtimeMcpCallApprovalRequestItem = {
  itemId: 'm1',
  type: 'mcp_approval_request',
  serverLabel: 'docs',
  name: 'find',
  arguments: {},
};
const answeredCall: RealtimeMcpCallItem = {
  itemId: 'm2',
  type: 'mcp_call',
  status: 'completed',
  name: 'find',
  arguments: '{}',
  output: 'found',
};

/** A session with something of everything. */
export async function furnished() {
  const parameters = z.object({});
  const signals: (AbortSignal | undefined)[] = [];
  const agent = new RealtimeAgent({
    name: 'Ann',
    tools: [
      tool({ name: 'weather', description: '', parameters, execute: () => 'sunny' }),
      tool({ name: 'book', description: '', parameters, needsApproval: true, execute: () => 'booked' }),
      tool({
        name: 'slow',
        description: '',
        parameters,
        execute: (_input, _context, details) => {
          signals.push(details?.signal);
          return new Promise<string>(() => {});
        },
      }),
      hostedMcpTool({ serverLabel: 'docs', serverUrl: 'https://mcp.example' }),
    ],
    handoffs: [new RealtimeAgent({ name: 'Bea' })],
  });
  const staged = await stage({
    agent,
    outputGuardrails: [
      {
        name: 'no secrets',
        execute: async ({ agentOutput }) => ({ tripwireTriggered: /secret/.test(agentOutput), outputInfo: {} }),
      },
    ],
    outputGuardrailSettings: { debounceTextLength: 1 },
  });
  return { ...staged, signals };
}

/** A call in which everything comes up once. */
export async function converse(session: RealtimeSession, transport: ScriptedTransport): Promise<void> {
  session.on('tool_approval_requested', (_context, _agent, asked) => {
    if (asked.type === 'function_approval') void session.approve(asked.approvalItem);
  });
  transport.emit('*', { type: 'session.updated' });
  transport.emit('error', { type: 'error', error: { message: 'bad event' } });
  transport.emit('mcp_tools_listed', { serverLabel: 'docs', tools: [{ name: 'find' }] });
  transport.emit('mcp_approval_request', request);
  transport.emit('mcp_tool_call_completed', answeredCall);
  transport.emit('speech_started', { itemId: 'u1', serverInterrupts: true });
  transport.emit('speech_stopped', { itemId: 'u1' });
  transport.startResponse('r1');
  transport.item('i1', 'Hello');
  transport.play('r1', 'i1');
  transport.say('r1', 'i1', 'Hello');
  transport.emit('audio_done', { itemId: 'i1', responseId: 'r1' });
  transport.finishResponse('r1', 'Hello');
  const heard = { itemId: 'i1', responseId: 'r1', contentIndex: 0, receivedFrames: 480, renderedFrames: 480 };
  transport.playout.listener?.onDone(heard);
  await settle();
  transport.startResponse('r2');
  transport.call('c0', 'slow', {}, 'r2');
  transport.call('c1', 'weather', {}, 'r2');
  transport.call('c2', 'book', {}, 'r2');
  transport.call('c3', 'transfer_to_Bea', {}, 'r2');
  await settle();
  transport.play('r2', 'i2');
  transport.say('r2', 'i2', 'The secret is');
  await settle();
  transport.status = 'disconnected';
  transport.emit('connection_change', 'disconnected', { code: 1000 });
  await settle();
}
