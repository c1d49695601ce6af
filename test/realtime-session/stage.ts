import { setImmediate } from 'node:timers/promises';
import { RealtimeAgent } from '../../src/agent/agent.ts';
import type { RealtimeSessionOptions } from '../../src/session-options.ts';
import { RealtimeSession } from '../../src/realtime-session.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import type { Sent } from '../../src/testing/scripted-transports.ts';
import { ForeignTransport, ScriptedTransport } from '../../src/testing/scripted-transports.ts';

/** Lets everything that is ready run. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await setImmediate();
}

/** Events of a session in order, each with its arguments. */
export type Log = [name: string, ...args: unknown[]][];

const LOGGED = [
  'agent_start',
  'agent_end',
  'agent_handoff',
  'agent_tool_start',
  'agent_tool_end',
  'audio_start',
  'audio',
  'audio_stopped',
  'audio_interrupted',
  'guardrail_tripped',
  'history_added',
  'history_updated',
  'tool_approval_requested',
  'error',
] as const;

/** A connected session over a scripted transport, and a log of its events. */
export async function stage<T extends ForeignTransport = ScriptedTransport>(
  options: Partial<RealtimeSessionOptions> & { agent?: RealtimeAgent; over?: T } = {},
) {
  const { agent = new RealtimeAgent({ name: 'Ann', instructions: 'Be brief.' }), over, ...rest } = options;
  const transport = (over ?? new ScriptedTransport()) as T;
  const clock = new VirtualClock(settle);
  const session = new RealtimeSession(agent, { transport, clock, apiKey: 'ek_test', ...rest });
  const log: Log = [];
  for (const name of LOGGED) session.on(name, (...args: unknown[]) => log.push([name, ...args]));
  await session.connect();
  log.length = 0;
  transport.sent.length = 0;
  /** Names of the events so far. */
  const names = () => log.map(([name]) => name);
  /** The arguments of the first such event. */
  const argsOf = (name: string) => log.find(([logged]) => logged === name)?.slice(1) ?? [];
  const sentOf = (type: string): Sent[] => transport.sent.filter(([sent]) => sent === type);
  const errors = () => log.filter(([name]) => name === 'error').map(([, event]) => (event as { error: unknown }).error);
  return { agent, session, transport, clock, log, names, argsOf, sentOf, errors };
}
