import { describe, expect, it } from 'vitest';
import { RealtimeAgent } from '../../src/agent/agent.ts';
import { RealtimeSession } from '../../src/realtime-session.ts';
import { ForeignTransport, messageItem, ScriptedTransport } from '../../src/testing/scripted-transports.ts';

const ann = new RealtimeAgent({ name: 'Ann' });

/** Calls its listeners by themselves, as emitters of other packages may. */
class UnboundTransport extends ForeignTransport {
  readonly #listeners: { readonly event: string; readonly listener: (...args: unknown[]) => void }[] = [];

  override on(event: never, listener: never): this {
    this.#listeners.push({ event, listener });
    return this;
  }

  override emit(event: string | symbol, ...args: never[]): boolean {
    for (const entry of this.#listeners) {
      const { listener } = entry;
      if (entry.event === event) listener(...args);
    }
    return true;
  }
}

describe('what a transport tells', () => {
  it.each([ScriptedTransport, ForeignTransport, UnboundTransport])(
    'is of its own session, with %o',
    async (Transport) => {
      const [first, second] = [new Transport(), new Transport()];
      const sessions = [first, second].map((transport) => new RealtimeSession(ann, { transport }));
      for (const session of sessions) await session.connect();
      second.emit('item_update', messageItem('item_1', 'Hello.'));
      expect(sessions.map(({ history }) => history.length)).toEqual([0, 1]);
    },
  );

  it('reaches every session that has the transport', () => {
    const transport = new ScriptedTransport();
    const heard: string[] = [];
    for (const name of ['first', 'second']) {
      const session = new RealtimeSession(ann, { transport });
      session.on('transport_event', ({ type }) => heard.push(`${name} ${type}`));
    }
    transport.emit('*', { type: 'session.created' });
    expect(heard).toEqual(['first session.created', 'second session.created']);
  });

  it.each([
    ['takes no more properties', (transport: ScriptedTransport) => Object.preventExtensions(transport)],
    ['the app put a proxy before', (transport: ScriptedTransport) => new Proxy(transport, {})],
  ])('is heard from a transport that %s', async (_, changed) => {
    const transport = new ScriptedTransport();
    const session = new RealtimeSession(ann, { transport: changed(transport) });
    await session.connect();
    transport.emit('item_update', messageItem('item_1', 'Hello.'));
    expect(session.history).toHaveLength(1);
  });

  it('is no longer told to a session whose listeners the app has removed', async () => {
    const transport = new ScriptedTransport();
    const session = new RealtimeSession(ann, { transport });
    await session.connect();
    transport.removeAllListeners();
    transport.emit('item_update', messageItem('item_1', 'Hello.'));
    expect(session.history).toEqual([]);
  });
});
