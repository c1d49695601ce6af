// One conversation, to be held over every transport alike: a question that a tool answers, an answer that is barged into,
// a message, and an answer that is heard to its end.

import { vi } from 'vitest';
import type { RealtimeTransportLayer } from '../../src/index.ts';
import { RealtimeAgent, RealtimeSession, tool } from '../../src/index.ts';
import type { Scenario } from '../../src/server/scenario.ts';

const STORY =
  'The house was built in nineteen hundred and four, as a station hotel. There are forty rooms on five floors. From the ' +
  'upper floors you can see the lake. The garden behind the house is open from sunrise until ten at night.';

/** What the server's model says to it. */
export const SCENARIO: Scenario = {
  turns: [
    { replies: [[{ call: 'look_up', arguments: { topic: 'house' } }], [{ say: STORY }]] },
    { replies: [[{ say: 'As you like.' }]] },
    { replies: [[{ say: 'Goodbye.' }]] },
  ],
};

/** The caller's two lines, files of the demo. */
export type Line = '1-hold-a-room-44100.wav' | '3-stop-24000.wav';

/** What the scenario needs of the caller's side of a transport. */
export interface CallerSide {
  /** The caller says this, in real time. */
  say(file: Line): void;
  /** The conversation is over. */
  stop(): void;
}

/**
 * Holds the conversation and returns the session's events in order. Left out are those that come once a word or a tick, and
 * `transport_event`.
 */
export async function converse(
  transport: RealtimeTransportLayer,
  connect: (session: RealtimeSession) => Promise<CallerSide>,
  { hasPlayback = true }: { hasPlayback?: boolean } = {},
): Promise<string[]> {
  const lookUp = tool({
    name: 'look_up',
    description: 'Looks a topic up.',
    parameters: {
      type: 'object',
      properties: { topic: { type: 'string' } },
      required: ['topic'],
      additionalProperties: false,
    },
    execute: () => 'It is an old house.',
  });
  const session = new RealtimeSession(new RealtimeAgent({ name: 'Desk', tools: [lookUp] }), { transport });
  const events: string[] = [];
  const errors: unknown[] = [];
  session.on('error', ({ error }) => errors.push(error));
  for (const name of [
    'user_speech_started',
    'user_speech_stopped',
    'agent_start',
    'agent_tool_start',
    'agent_tool_end',
    'audio_start',
    'audio_interrupted',
    'playback_done',
  ] as const) {
    session.on(name, () => void events.push(name));
  }
  session.on('agent_end', (_context, _agent, text) => {
    // A response that only called a tool ends while that runs, before or after, as the frames arrive.
    if (text !== '') events.push('agent_end');
  });
  const until = (name: string, count: number): Promise<void> =>
    vi.waitFor(
      () => {
        if (errors.length > 0) throw errors[0];
        if (events.filter((candidate) => candidate === name).length < count)
          throw new Error(`${name} in ${events.join(' ')}`);
      },
      { timeout: 30_000, interval: 10 },
    );
  const caller = await connect(session);
  caller.say('1-hold-a-room-44100.wav');
  await until('audio_start', 1);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  caller.say('3-stop-24000.wav');
  await until('audio_interrupted', 1);
  // The second answer is heard to its end, and so is the third.
  await until(hasPlayback ? 'playback_done' : 'agent_end', hasPlayback ? 1 : 2);
  session.sendMessage('Goodbye.');
  await until(hasPlayback ? 'playback_done' : 'agent_end', hasPlayback ? 2 : 3);
  caller.stop();
  session.close();
  return events;
}

/** The order in which every transport tells of the conversation. */
export const EVENTS: readonly string[] = [
  'user_speech_started',
  'user_speech_stopped',
  'agent_start',
  'agent_tool_start',
  'agent_tool_end',
  'agent_start',
  'audio_start',
  'user_speech_started',
  'audio_interrupted',
  'agent_end',
  'user_speech_stopped',
  'agent_start',
  'audio_start',
  'agent_end',
  'playback_done',
  'agent_start',
  'audio_start',
  'agent_end',
  'playback_done',
];
