// `close()` inside a listener, whatever the listener was told of.

import { describe, expect, it } from 'vitest';
import type { RealtimeConnectionEvent } from '../../src/session/plain-events.ts';
import { settle } from './stage.ts';
import { converse, furnished, names } from './whole-call.ts';

describe('close() inside a listener', () => {
  it('can meet every event', async () => {
    const { session, transport } = await furnished();
    const seen = new Set<string>();
    for (const name of names) session.on(name, () => seen.add(name));
    await converse(session, transport);
    expect(names.filter((name) => !seen.has(name))).toEqual([]);
  });

  it('of agent_tool_start comes before the tool, which never runs', async () => {
    const { session, transport, signals } = await furnished();
    session.on('agent_tool_start', () => session.close());
    transport.startResponse('r1');
    transport.call('c1', 'slow', {}, 'r1');
    await settle();
    expect(transport.status).toBe('disconnected');
    expect(signals).toEqual([]);
  });

  it.each(names)('of %s ends the session once, throws nothing and leaves nothing behind', async (name) => {
    const { session, transport, clock, signals } = await furnished();
    const states: RealtimeConnectionEvent['state'][] = [];
    session.on('connection', ({ state }) => states.push(state));
    session.on(name, () => session.close());
    await converse(session, transport);
    expect(states).toEqual(['disconnected']);
    expect(transport.status).toBe('disconnected');
    expect(transport.sent.filter(([type]) => type === 'close').length).toBeLessThanOrEqual(1);
    const closedAt = transport.sent.findIndex(([type]) => type === 'close');
    if (closedAt >= 0) expect(transport.sent.slice(closedAt + 1)).toEqual([]);
    expect(signals.every((signal) => signal?.aborted === true)).toBe(true);
    expect(clock.timerCount).toBe(0);
    session.removeAllListeners();
    await session.connect();
    expect(transport.status).toBe('connected');
    session.close();
  });
});
