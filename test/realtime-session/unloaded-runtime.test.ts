// A session whose code has not loaded yet, as every one begins in a browser.

import { describe, expect, it } from 'vitest';
import { RunToolApprovalItem } from '../../src/agent/approval-item.ts';
import { deferred } from '../../src/deferred.ts';
import { EventEmitter } from '../../src/emitter.node.ts';
import type { JournalEntry } from '../../src/index.ts';
import { RealtimeAgent, RealtimeSession } from '../../src/index.ts';
import type { RealtimeSessionOptions } from '../../src/session-options.ts';
import type { RuntimeModule } from '../../src/shell/runtime-source.ts';
import type { SessionMachine } from '../../src/shell/session-machine.ts';
import * as runtime from '../../src/shell/session-runtime.ts';
import { sessionParts } from '../../src/shell/session-parts.ts';
import { UnloadedRuntime } from '../../src/shell/unloaded-runtime.ts';
import { ScriptedPlayout, ScriptedTransport } from '../../src/testing/scripted-transports.ts';
import { settle } from './stage.ts';

/** A session in the state of one in a browser: its code comes when the test says so. */
function loading(options: Partial<RealtimeSessionOptions> = {}) {
  const transport = new ScriptedTransport();
  const agent = new RealtimeAgent({ name: 'Front' });
  const loads: ReturnType<typeof deferred<RuntimeModule>>[] = [];
  const emitter = new EventEmitter();
  const page: { machine: SessionMachine<unknown> | null } = { machine: null };
  const current = (): SessionMachine<unknown> => {
    if (page.machine === null) throw new Error('there is no session yet');
    return page.machine;
  };
  const parts = sessionParts(emitter, agent, { transport, ...options }, current);
  page.machine = new UnloadedRuntime(parts, {
    load: () => {
      const load = deferred<RuntimeModule>();
      loads.push(load);
      return load.promise;
    },
    onLoaded: (machine) => (page.machine = machine),
  });
  return { transport, agent, loads, emitter, current, loaded: () => loads.at(-1)?.resolve(runtime) };
}

describe('a session whose code is on its way', () => {
  it('has its agent and no history, refuses what needs a connection and grants what does not', async () => {
    const { current, agent, transport } = loading();
    expect(current().currentAgent).toBe(agent);
    expect(current().history).toEqual([]);
    expect(current().availableMcpTools).toEqual([]);
    const refused = { code: 'ERR_NOT_CONNECTED' };
    expect(() => current().command({ type: 'sendMessage', message: 'Hello', otherEventData: {} })).toThrow(
      expect.objectContaining(refused),
    );
    expect(() => current().addImage('data:image/png;base64,AA==', true)).toThrow(expect.objectContaining(refused));
    await expect(current().settled({ type: 'updateAgent', agentName: 'Other' })).rejects.toMatchObject(refused);
    await expect(current().settled({ type: 'approve', callId: 'call_1', always: false })).rejects.toMatchObject(
      refused,
    );
    current().command({ type: 'interrupt' });
    current().close();
    const hosted = {
      type: 'hosted_tool_call',
      id: 'item_1',
      name: 'search',
      arguments: '{}',
      status: 'in_progress',
    } as const;
    const decision = { isApproved: true, isStanding: false };
    expect(current().answerHosted(new RunToolApprovalItem(hosted, agent), decision)).toBe(true);
    expect(transport.sent).toEqual([]);
  });

  it('connects as soon as the code is there, once', async () => {
    const { current, loaded, transport } = loading();
    const first = current().connect({});
    await expect(current().connect({})).rejects.toMatchObject({ code: 'ERR_ALREADY_CONNECTED' });
    expect(transport.status).toBe('disconnected');
    loaded();
    await first;
    expect(transport.status).toBe('connected');
    await expect(current().connect({})).rejects.toMatchObject({ code: 'ERR_ALREADY_CONNECTED' });
    current().command({ type: 'sendMessage', message: 'Hello', otherEventData: {} });
    expect(transport.sent.map(([type]) => type)).toEqual(['message', 'createResponse']);
    current().close();
  });

  it('does not connect when it is closed first, and can connect after that', async () => {
    const { current, loaded, transport } = loading();
    const given = current().connect({});
    current().close();
    await expect(given).rejects.toMatchObject({ code: 'ERR_CONNECT_ABORTED' });
    const next = current().connect({});
    loaded();
    await next;
    expect(transport.status).toBe('connected');
    current().close();
  });

  it('says that the code could not be loaded, and loads it again for the next connect', async () => {
    const { current, loads, loaded } = loading();
    loads[0]?.reject(new TypeError('Failed to fetch'));
    await settle();
    const failing = current().connect({});
    expect(loads).toHaveLength(2);
    loads[1]?.reject(new TypeError('Failed to fetch'));
    await expect(failing).rejects.toThrow('Failed to fetch');
    const next = current().connect({});
    expect(loads).toHaveLength(3);
    loaded();
    await next;
    current().close();
  });

  it("opens the app's microphone within the call of connect, once, and closes it when nothing comes of that", async () => {
    const log: string[] = [];
    const playout = new ScriptedPlayout();
    const audio = {
      playout,
      muted: false,
      open: async () => void log.push('open'),
      mute: () => {},
      close: () => void log.push('close'),
    };
    const { current, loads, loaded, transport } = loading({ audio });
    const failing = current().connect({});
    expect(log).toEqual(['open']);
    loads[0]?.reject(new TypeError('Failed to fetch'));
    await expect(failing).rejects.toThrow('Failed to fetch');
    expect(log).toEqual(['open', 'close']);
    const given = current().connect({});
    loaded();
    await given;
    expect(transport.status).toBe('connected');
    expect(log).toEqual(['open', 'close', 'open']);
    current().close();
    expect(log).toEqual(['open', 'close', 'open', 'close']);
  });

  it('takes a call over from its journal when the code is there, before it connects', async () => {
    const entries: JournalEntry[] = [];
    const transport = new ScriptedTransport();
    const agent = new RealtimeAgent({ name: 'Front' });
    const session = new RealtimeSession(agent, { transport, journal: { append: (entry) => void entries.push(entry) } });
    await session.connect();
    const message = { type: 'message', role: 'user', status: 'completed', itemId: 'item_1' } as const;
    transport.emit('item_update', { ...message, content: [{ type: 'input_text', text: 'Hello' }] });
    expect(session.history).toHaveLength(1);

    const successor = loading();
    successor.current().restore({ entries, agents: [agent], heard: [] });
    successor.loaded();
    await settle();
    expect(successor.current().history).toEqual(session.history);
    await successor.current().connect({});
    expect(successor.transport.status).toBe('connected');
    successor.current().close();
    session.close();
  });

  it('rejects connect when the journal is not one of a call', async () => {
    const { current, loaded, agent } = loading();
    current().restore({ entries: [], agents: [agent], heard: [] });
    loaded();
    await settle();
    await Promise.all([
      expect(current().connect({})).rejects.toMatchObject({ code: 'ERR_JOURNAL_INCOMPLETE' }),
      settle().then(loaded),
    ]);
  });
});
