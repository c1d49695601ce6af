// Listeners that throw or reject, whatever they were told of: the call goes on as if they had not.

import { afterEach, describe, expect, it, vi } from 'vitest';
import type { RealtimeAgentEventTypes } from '../../src/agent/agent.ts';
import { ListenerError } from '../../src/errors.ts';
import { logger } from '../../src/logger.ts';
import { converse, furnished, names } from './whole-call.ts';

afterEach(() => vi.restoreAllMocks());

type Furnished = Awaited<ReturnType<typeof furnished>>;

/** What a call led to: events but errors, messages to the server, the history; and the errors. */
async function outcomeOf(prepare: (staged: Furnished) => void) {
  const staged = await furnished();
  prepare(staged);
  const { session, transport, log, errors } = staged;
  const told: string[] = [];
  for (const name of names) if (name !== 'error') session.on(name, () => told.push(name));
  await converse(session, transport);
  const items = session.history.map(({ itemId }) => itemId);
  // Ids begin with the number of the session.
  const sent = JSON.stringify(transport.sent).replaceAll(/"s\d+_/g, '"s_');
  return { outcome: { told, sent, items, logged: log.length - errors().length }, errors: errors() };
}

const undisturbed = await outcomeOf(() => {});

const failures: readonly [how: string, listener: () => unknown][] = [
  [
    'throws',
    () => {
      throw new Error('listener');
    },
  ],
  ['rejects', () => Promise.reject(new Error('listener'))],
];

function isOf(event: string): (error: unknown) => boolean {
  return (error) => error instanceof ListenerError && error.event === event;
}

describe.each(failures)('a listener that %s', (_how, listener) => {
  it.each(names.filter((name) => name !== 'error'))('of %s is an error, and the call misses nothing', async (name) => {
    const { outcome, errors } = await outcomeOf(({ session }) => session.prependListener(name, listener));
    expect(outcome).toEqual(undisturbed.outcome);
    const times = undisturbed.outcome.told.filter((each) => each === name).length;
    expect(errors.filter(isOf(name))).toHaveLength(times);
    expect(errors).toHaveLength(undisturbed.errors.length + times);
  });

  it('of error goes to the logger, and the call misses nothing', async () => {
    const logged = vi.spyOn(logger, 'error').mockImplementation(() => {});
    const { outcome, errors } = await outcomeOf(({ session }) => session.prependListener('error', listener));
    expect(outcome).toEqual(undisturbed.outcome);
    expect(errors).toEqual(undisturbed.errors);
    expect(logged).toHaveBeenCalledTimes(errors.length);
  });

  const agentEvents = {
    agent_start: true,
    agent_end: true,
    agent_handoff: true,
    agent_tool_start: true,
    agent_tool_end: true,
  } satisfies Record<keyof RealtimeAgentEventTypes, true>;

  it.each(Object.keys(agentEvents) as (keyof typeof agentEvents)[])(
    'of %s of an agent is an error of its session, and the call misses nothing',
    async (name) => {
      const { outcome, errors } = await outcomeOf(({ agent }) => agent.on(name, listener));
      expect(outcome).toEqual(undisturbed.outcome);
      expect(errors.filter(isOf(name)).length).toBeGreaterThan(0);
    },
  );
});
