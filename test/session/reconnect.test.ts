import { describe, expect, test } from 'vitest';
import type { RealtimeItem } from '../../src/protocol/items.ts';
import type { SessionEffect } from '../../src/session/effect.ts';
import { itemsOf } from '../../src/session/item-list.ts';
import type { ReconnectPolicy } from '../../src/session/state.ts';
import { checkCommand } from '../../src/session/step.ts';
import type { ScriptedInput } from './conversation.ts';
import {
  call,
  Conversation,
  createResponse,
  done,
  FRAMES_PER_MS,
  mayRun,
  message,
  report,
  sent,
  settled,
  spoken,
  told,
} from './conversation.ts';

const policy: ReconnectPolicy = { maxAttempts: 3, initialDelayMs: 100, maxDelayMs: 250, rolloverAfterMs: 1_000 };
const lost: ScriptedInput = { type: 'disconnected', closeCode: 1006, reason: 'gone' };
const open: ScriptedInput = { type: 'connected', abilities: { isDriven: true, createsResponses: false } };

function talking(): Conversation {
  return new Conversation({ reconnect: policy });
}

function said(itemId: string, text: string): RealtimeItem {
  return { itemId, type: 'message', role: 'user', status: 'completed', content: [{ type: 'input_text', text }] };
}

function heard(itemId: string, transcript: string | null): RealtimeItem {
  return { itemId, type: 'message', role: 'user', status: 'completed', content: [{ type: 'input_audio', transcript }] };
}

function callItem(callId: string, output: string | null = null): RealtimeItem {
  const status = output === null ? 'in_progress' : 'completed';
  return { itemId: `item_${callId}`, type: 'function_call', status, name: 'weather', arguments: '{}', output, callId };
}

function saying(text: string): ScriptedInput {
  return { type: 'sendMessage', message: text, otherEventData: {} };
}

/** What the new server is told of the history. */
function replayIn(effects: readonly SessionEffect[]): readonly RealtimeItem[] {
  const [first] = effects.flatMap((effect) =>
    effect.type === 'send' && effect.command.type === 'resetHistory' ? [effect.command.to] : [],
  );
  return first ?? [];
}

function typesOf(effects: readonly SessionEffect[]): string[] {
  return effects.map((effect) => {
    if (effect.type === 'send') return `send ${effect.command.type}`;
    return effect.type === 'emit' ? `emit ${effect.notice.type}` : effect.type;
  });
}

describe('a lost connection', () => {
  test('is tried again with growing delays, and given up after the last attempt', () => {
    const conversation = talking();
    expect(conversation.on(lost)).toEqual([
      told({
        type: 'event',
        event: 'connection',
        detail: { state: 'reconnecting', attempt: 1, delayMs: 100, closeCode: 1006, reason: 'gone' },
      }),
      { type: 'startReconnectTimer', attempt: 1, delayMs: 100 },
    ]);
    expect(conversation.on({ type: 'reconnectDue', attempt: 1 })).toEqual([{ type: 'reconnect', attempt: 1 }]);
    expect(conversation.on({ type: 'disconnected', reason: 'refused' })).toEqual([
      told({
        type: 'event',
        event: 'connection',
        detail: { state: 'reconnecting', attempt: 2, delayMs: 200, reason: 'refused' },
      }),
      { type: 'startReconnectTimer', attempt: 2, delayMs: 200 },
    ]);
    expect(conversation.on({ type: 'reconnectDue', attempt: 1 })).toEqual([]);
    expect(conversation.on({ type: 'disconnected' })).toContainEqual({
      type: 'startReconnectTimer',
      attempt: 3,
      delayMs: 250,
    });
    expect(conversation.on(lost)).toMatchObject([
      told({
        type: 'event',
        event: 'connection',
        detail: { state: 'disconnected', attempt: 3, closeCode: 1006, reason: 'gone' },
      }),
      { type: 'emit', notice: { type: 'error', error: { code: 'ERR_DISCONNECTED' } } },
    ]);
    expect(conversation.state.connection).toBe('closed');
  });

  test.each([
    ['the server ended it', { type: 'disconnected', closeCode: 1000 }],
    ['the server refuses the client', { type: 'disconnected', closeCode: 1008 }],
    ['the key is refused', { type: 'disconnected', isFinal: true }],
  ] satisfies [string, ScriptedInput][])('is not tried again when %s', (_why, input) => {
    const conversation = talking();
    conversation.on(input);
    expect(conversation.state.connection).toBe('closed');
  });

  test('is no error when the far side ends the call by code 1000, as a caller who hangs up', () => {
    const conversation = talking();
    const effects = conversation.on({ type: 'disconnected', closeCode: 1000 });
    const detail = { state: 'disconnected', attempt: 0, closeCode: 1000 } as const;
    expect(effects).toEqual([told({ type: 'event', event: 'connection', detail })]);
  });

  test('of a foreign transport, or without a policy, ends the session', () => {
    const foreign = new Conversation({ reconnect: policy, isDriven: false });
    foreign.on(lost);
    const single = new Conversation();
    single.on(lost);
    expect([foreign.state.connection, single.state.connection]).toEqual(['closed', 'closed']);
  });

  test('counts attempts anew once a connection was stable', () => {
    const conversation = talking();
    conversation.on(lost, open, lost);
    expect(conversation.state.reconnect.attempt).toBe(2);
    conversation.on(open);
    conversation.pass(10_000);
    conversation.on(lost);
    expect(conversation.state.reconnect.attempt).toBe(1);
  });
});

describe('the next server', () => {
  test('is told the history: speech as understood and as heard, calls with their outputs, and nothing that was never said', () => {
    const conversation = talking();
    conversation.on(
      { type: 'itemUpdated', item: said('u1', 'Hello.') },
      { type: 'itemUpdated', item: heard('u2', 'What about the weather?') },
      { type: 'itemUpdated', item: heard('u3', null) },
      { type: 'itemUpdated', item: heard('u4', '') },
    );
    conversation.speaks('r1', 'a1');
    conversation.on(
      { type: 'audioDone', responseId: 'r1', itemId: 'a1' },
      { type: 'itemUpdated', item: spoken('a1', { transcript: 'one two three four' }) },
      done('r1'),
      { type: 'interrupt' },
      report('s_1', ['a1', 500, 1000]),
      { type: 'responseStarted', responseId: 'r2' },
      { type: 'itemUpdated', item: callItem('c1') },
      call('r2', 'c1'),
      mayRun('c1'),
      settled('c1'),
      lost,
    );
    const effects = conversation.on(open);
    expect(replayIn(effects)).toEqual([
      said('u1', 'Hello.'),
      { ...said('u2', 'What about the weather?') },
      { ...said('u3', '[speech that was not transcribed]') },
      expect.objectContaining({ itemId: 'a1', content: [{ type: 'output_text', text: 'one two' }] }),
      callItem('c1', 'sunny'),
    ]);
    expect(conversation.item('u2')).toEqual(heard('u2', 'What about the weather?'));
    expect(conversation.item('u4')).toBeUndefined();
  });

  test('is told the words of an answer that broke off, and asked to go on', () => {
    const conversation = talking();
    conversation.speaks('r1', 'a1');
    conversation.on({ type: 'transcriptDelta', responseId: 'r1', itemId: 'a1', delta: 'It will be' });
    expect(conversation.on(lost)).toContainEqual({ type: 'endPlayout', itemId: 'a1', contentIndex: 0 });
    const effects = conversation.on(open);
    expect(replayIn(effects)).toMatchObject([
      { itemId: 'a1', status: 'incomplete', content: [{ type: 'output_text', text: 'It will be' }] },
    ]);
    expect(effects.at(-1)).toEqual(createResponse('s_1'));
  });

  test('never learns words whose audio had not come', () => {
    const conversation = talking();
    conversation.on(
      { type: 'responseStarted', responseId: 'r1' },
      { type: 'itemUpdated', item: spoken('a1', { status: 'in_progress', transcript: '' }) },
      { type: 'transcriptDelta', responseId: 'r1', itemId: 'a1', delta: 'Nobody heard this' },
      lost,
    );
    expect(replayIn(conversation.on(open))).toEqual([]);
  });

  test('is not asked again for an answer that the user had stopped', () => {
    const conversation = talking();
    conversation.speaks('r1', 'a1');
    conversation.on({ type: 'interrupt' }, report('s_1', ['a1', 10, 100]), lost);
    expect(typesOf(conversation.on(open))).not.toContain('send createResponse');
  });

  test('gets a request that the lost one never answered, of the app or of tools', () => {
    const conversation = talking();
    conversation.on({ type: 'requestResponse' }, lost);
    expect(conversation.on(open)).toContainEqual(createResponse('s_2'));
  });

  test('answers the turn that the lost one was about to answer', () => {
    const conversation = new Conversation({ reconnect: policy, createsResponses: true });
    conversation.on({ type: 'speechStarted', serverInterrupts: true }, { type: 'speechStopped' }, lost);
    expect(typesOf(conversation.on(open))).toContain('send createResponse');
  });

  test('gets messages that no item confirms, once, in order with those that waited', () => {
    const conversation = talking();
    conversation.on(
      message,
      saying('second'),
      { type: 'itemUpdated', item: said('u1', 'hello') },
      lost,
      saying('third'),
    );
    const effects = conversation.on(open);
    const messages = effects.flatMap((effect) =>
      effect.type === 'send' && effect.command.type === 'message' ? [effect.command.message] : [],
    );
    expect(replayIn(effects)).toEqual([said('u1', 'hello')]);
    expect(messages).toEqual(['second', 'third']);
  });

  test('that has kept the conversation is told nothing twice', () => {
    const conversation = talking();
    conversation.on({ type: 'itemUpdated', item: said('u1', 'Hello.') }, lost);
    const effects = conversation.on({ ...open, keepsConversation: true });
    expect(typesOf(effects)).toEqual(['emit event']);
  });

  test('shows replayed items in other words; the history keeps them as they were', () => {
    const conversation = talking();
    const mcp: RealtimeItem = {
      itemId: 'm1',
      type: 'mcp_call',
      status: 'completed',
      name: 'find',
      arguments: '{}',
      output: 'x',
    };
    conversation.on(
      { type: 'itemUpdated', item: heard('u1', 'Hi') },
      { type: 'itemUpdated', item: spoken('a1', { transcript: 'Hello' }) },
      { type: 'itemUpdated', item: mcp },
      lost,
    );
    const before = itemsOf(conversation.state.history.items);
    for (const item of replayIn(conversation.on(open))) conversation.on({ type: 'itemUpdated', item });
    expect(itemsOf(conversation.state.history.items)).toEqual(before);
  });
});

describe('calls', () => {
  function calling(): Conversation {
    const conversation = talking();
    conversation.on(
      { type: 'responseStarted', responseId: 'r1' },
      { type: 'itemUpdated', item: callItem('c1') },
      call('r1', 'c1'),
    );
    return conversation;
  }

  test('that run go on, are told with their id, and send their output to the next server', () => {
    const conversation = calling();
    conversation.on(mayRun('c1'));
    expect(typesOf(conversation.on(lost))).not.toContain('abort');
    expect(replayIn(conversation.on(open))).toEqual([callItem('c1')]);
    expect(typesOf(conversation.on(settled('c1')))).toContain('send functionCallOutput');
  });

  test('that end without a connection are told with their output, which is sent only so', () => {
    const conversation = calling();
    conversation.on(mayRun('c1'), lost);
    expect(typesOf(conversation.on(settled('c1')))).toEqual(['releaseCall', 'emit toolEnd', 'emit historyUpdated']);
    const effects = conversation.on(open);
    expect(replayIn(effects)).toEqual([callItem('c1', 'sunny')]);
    expect(typesOf(effects)).not.toContain('send functionCallOutput');
    expect(typesOf(effects)).toContain('send createResponse');
  });

  test('that wait for approval can be approved before and after', () => {
    const early = calling();
    early.on(mayRun('c1', true), lost);
    expect(early.on({ type: 'approve', commandId: 'k1', callId: 'c1', always: false })).toContainEqual(
      expect.objectContaining({ type: 'runCall' }),
    );
    const late = calling();
    late.on(mayRun('c1', true), lost, open);
    expect(late.on({ type: 'approve', commandId: 'k1', callId: 'c1', always: false })).toContainEqual(
      expect.objectContaining({ type: 'runCall' }),
    );
  });

  test('whose item the app has removed get it back, for their output to follow', () => {
    const conversation = calling();
    conversation.on(mayRun('c1'), { type: 'itemDeleted', itemId: 'item_c1' }, lost);
    expect(replayIn(conversation.on(open))).toMatchObject([{ type: 'function_call', callId: 'c1', output: null }]);
  });

  test('whose arguments never came are forgotten', () => {
    const conversation = talking();
    conversation.on(
      { type: 'responseStarted', responseId: 'r1' },
      { type: 'itemUpdated', item: { ...callItem('c1'), arguments: '{"ci' } as RealtimeItem },
      lost,
    );
    expect(itemsOf(conversation.state.history.items)).toEqual([]);
  });

  test('are aborted by close, and only then', () => {
    const conversation = calling();
    conversation.on(mayRun('c1'), lost);
    expect(typesOf(conversation.on({ type: 'close' }))).toContain('abort');
  });
});

describe('audio that plays on', () => {
  const playing = (): Conversation => {
    const conversation = talking();
    conversation.speaks('r1', 'a1');
    conversation.on(
      { type: 'itemUpdated', item: spoken('a1', { transcript: 'one two three four' }) },
      { type: 'audioDone', responseId: 'r1', itemId: 'a1' },
      done('r1'),
      { type: 'itemUpdated', item: said('u1', 'Go on.') },
    );
    return conversation;
  };

  test('and is interrupted without a connection reaches the next server as it was heard', () => {
    const conversation = playing();
    conversation.on(lost);
    const effects = conversation.on({ type: 'interrupt' }, report('s_1', ['a1', 500, 1000]));
    expect(typesOf(effects).filter((type) => type.startsWith('send'))).toEqual([]);
    expect(replayIn(conversation.on(open))).toMatchObject([{ content: [{ text: 'one two' }] }, { itemId: 'u1' }]);
  });

  test('and is interrupted on the next connection is written anew, in its place, and not truncated', () => {
    const conversation = playing();
    conversation.on(lost, open, { type: 'interrupt' });
    const effects = conversation.on(report('s_1', ['a1', 500, 1000]));
    expect(effects).toContainEqual(
      sent({
        type: 'resetHistory',
        from: [
          expect.objectContaining({ content: [{ type: 'output_text', text: 'one two three four' }] }),
          said('u1', 'Go on.'),
        ],
        to: [expect.objectContaining({ content: [{ type: 'output_text', text: 'one two' }] }), said('u1', 'Go on.')],
      }),
    );
    expect(typesOf(effects)).not.toContain('send truncate');
  });

  test('to its end stays as it was told', () => {
    const conversation = playing();
    conversation.on(lost, open);
    const frames = 1000 * FRAMES_PER_MS;
    const position = {
      itemId: 'a1',
      contentIndex: 0,
      responseId: 'r1',
      receivedFrames: frames,
      renderedFrames: frames,
    };
    expect(typesOf(conversation.on({ type: 'playoutDone', position }))).toEqual(['emit event']);
  });
});

describe('without a connection', () => {
  test('what the lost server says late changes nothing', () => {
    const conversation = talking();
    conversation.speaks('r1', 'a1');
    conversation.on(lost);
    const before = conversation.state;
    const late: ScriptedInput[] = [
      { type: 'transcriptDelta', responseId: 'r1', itemId: 'a1', delta: 'more' },
      { type: 'responseStarted', responseId: 'r2' },
      call('r1', 'c1'),
      { type: 'itemUpdated', item: said('u9', 'late') },
      { type: 'speechStarted', serverInterrupts: true },
    ];
    expect(conversation.on(...late)).toEqual([]);
    expect(conversation.state).toEqual(before);
  });

  test('a change of the agent is told to the next server', () => {
    const conversation = talking();
    conversation.on({ type: 'updateAgent', commandId: 'k1', agentName: 'Billing' }, lost);
    const result = { ok: true as const, agentName: 'Billing', config: { instructions: 'Bill.' } };
    expect(typesOf(conversation.on({ type: 'agentPrepared', commandId: 'k1', result }))).toEqual([
      'emit agentHandoff',
      'settle',
    ]);
    expect(conversation.on(open)).toContainEqual(sent({ type: 'updateConfig', config: { instructions: 'Bill.' } }));
  });

  test('commands wait, but not without end', () => {
    const conversation = talking();
    conversation.on(lost);
    for (let count = 0; count < 64; count++) {
      checkCommand(conversation.state, { type: 'sendMessage', message: 'hello', otherEventData: {} });
      conversation.on(message);
    }
    expect(() =>
      checkCommand(conversation.state, { type: 'sendMessage', message: 'hello', otherEventData: {} }),
    ).toThrow(expect.objectContaining({ code: 'ERR_RECONNECT_BACKLOG' }));
  });
});

describe('a connection of age', () => {
  const due: ScriptedInput = { type: 'rolloverDue', connectionCount: 1 };
  const limit = { type: 'startRolloverTimer', connectionCount: 2, delayMs: 1_000 };

  test('is replaced at once when nobody speaks', () => {
    const conversation = talking();
    conversation.on({ type: 'itemUpdated', item: said('u1', 'Hello.') });
    const effects = conversation.on(due);
    expect(effects.at(-1)).toEqual({ type: 'reconnect', attempt: 1 });
    const restored = conversation.on(open);
    expect(replayIn(restored)).toEqual([said('u1', 'Hello.')]);
    expect(restored).toContainEqual(limit);
  });

  test('waits for the end of what is being said and heard', () => {
    const conversation = talking();
    conversation.speaks('r1', 'a1');
    expect(typesOf(conversation.on(due))).toEqual(['startRolloverTimer']);
    expect(typesOf(conversation.on({ type: 'audioDone', responseId: 'r1', itemId: 'a1' }, done('r1')))).not.toContain(
      'reconnect',
    );
    const frames = { receivedFrames: 10, renderedFrames: 10 };
    const position = { itemId: 'a1', contentIndex: 0, responseId: 'r1', ...frames };
    expect(typesOf(conversation.on({ type: 'playoutDone', position }))).toContain('reconnect');
  });

  test('goes in any case when its time is over', () => {
    const conversation = talking();
    conversation.speaks('r1', 'a1');
    conversation.on(due);
    expect(typesOf(conversation.on(due))).toContain('reconnect');
  });

  test('that is gone already is not replaced again', () => {
    const conversation = talking();
    conversation.on(lost, open);
    expect(conversation.on(due)).toEqual([]);
  });
});
