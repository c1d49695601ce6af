import { describe, expect, it, vi } from 'vitest';
import { RealtimeAgent } from '../../src/agent/agent.ts';
import type { RealtimeOutputGuardrail } from '../../src/agent/guardrail.ts';
import { OutputGuardrailTripwireTriggered } from '../../src/agent/guardrail.ts';
import { handoff } from '../../src/agent/handoff.ts';
import { logger } from '../../src/logger.ts';
import type { RealtimeItem } from '../../src/protocol/items.ts';
import { RealtimeSession } from '../../src/realtime-session.ts';
import { ForeignTransport, ScriptedTransport, messageItem } from '../../src/testing/scripted-transports.ts';
import { settle, stage } from './stage.ts';

describe('a response', () => {
  it('is told in order, with context and agent first', async () => {
    const { session, agent, transport, names, argsOf } = await stage();
    transport.startResponse('r1');
    transport.play('r1', 'i1');
    transport.play('r1', 'i1');
    transport.say('r1', 'i1', 'Good evening.');
    transport.item('i1', 'Good evening.');
    transport.emit('audio_done', { itemId: 'i1', responseId: 'r1' });
    transport.finishResponse('r1', 'Good evening.', { inputTokens: 10, outputTokens: 5 });
    expect(names()).toEqual([
      'agent_start',
      'audio_start',
      'audio',
      'audio',
      'history_added',
      'history_updated',
      'audio_stopped',
      'agent_end',
    ]);
    expect(argsOf('agent_start')).toEqual([session.context, agent]);
    expect(argsOf('audio_start')).toEqual([session.context, agent]);
    expect(argsOf('audio')).toEqual([
      expect.objectContaining({ type: 'audio', responseId: 'r1', data: new ArrayBuffer(960) }),
    ]);
    expect(argsOf('audio_stopped')).toEqual([session.context, agent]);
    expect(argsOf('agent_end')).toEqual([session.context, agent, 'Good evening.']);
    expect(argsOf('history_updated')).toEqual([session.history]);
    expect(session.usage).toMatchObject({ requests: 1, inputTokens: 10, outputTokens: 5, totalTokens: 15 });
    expect(session.context.usage).toBe(session.usage);
  });

  it('is told on its agent, too', async () => {
    const agent = new RealtimeAgent({ name: 'Ann' });
    const seen: unknown[] = [];
    agent.on('agent_start', (context, started) => seen.push(['start', context, started]));
    agent.on('agent_end', (context, output) => seen.push(['end', context, output]));
    const { session, transport } = await stage({ agent });
    transport.startResponse('r1');
    transport.finishResponse('r1', 'Bye.');
    expect(seen).toEqual([
      ['start', session.context, agent],
      ['end', session.context, 'Bye.'],
    ]);
  });

  it('that failed adds its usage once, whichever event carries it', async () => {
    const { session, transport } = await stage();
    transport.startResponse('r1');
    transport.emit('usage_update', { inputTokens: 3, outputTokens: 4, totalTokens: 7 });
    transport.finishResponse('r1');
    transport.startResponse('r2');
    transport.finishResponse('r2');
    expect(session.usage.totalTokens).toBe(7);
  });
});

describe('history', () => {
  it('is a fresh array each time, and tells of each new item once', async () => {
    const { session, transport, log } = await stage();
    transport.item('i1', 'Hello', 'user');
    transport.item('i1', 'Hello!', 'user');
    expect(log.filter(([name]) => name === 'history_added')).toHaveLength(1);
    expect(log.filter(([name]) => name === 'history_updated')).toHaveLength(2);
    session.history.length = 0;
    expect(session.history).toHaveLength(1);
  });

  it('keeps base64 audio only on request', async () => {
    const item = { ...messageItem('i1', 'Hi'), content: [{ type: 'output_audio', audio: 'AAAA', transcript: 'Hi' }] };
    for (const historyStoreAudio of [false, true]) {
      const { session, transport } = await stage({ historyStoreAudio });
      transport.emit('item_update', item as ReturnType<typeof messageItem>);
      expect(session.history[0]).toMatchObject({ content: [{ audio: historyStoreAudio ? 'AAAA' : null }] });
    }
  });

  it('is changed by the server alone', async () => {
    const { session, transport, sentOf } = await stage();
    transport.item('i1', 'Hello', 'user');
    session.updateHistory((history) => history.concat(messageItem('i2', 'Hi', 'user')));
    expect(session.history.map(({ itemId }) => itemId)).toEqual(['i1']);
    session.updateHistory([]);
    expect(sentOf('resetHistory')).toEqual([
      ['resetHistory', ['i1'], ['i1', 'i2']],
      ['resetHistory', ['i1'], []],
    ]);
  });

  it('refuses what can not be made, in the caller and before anything is sent', async () => {
    const { session, transport, errors } = await stage();
    transport.item('i1', 'Hello', 'user');
    transport.sent.length = 0;
    const refused = expect.objectContaining({ code: 'ERR_HISTORY_ITEM' });
    expect(() => session.updateHistory([messageItem('i2', 'Hi')])).toThrow(refused);
    for (const nonsense of [undefined, () => undefined, [{}], 'all']) {
      expect(() => session.updateHistory(nonsense as never)).toThrow(refused);
    }
    expect(transport.sent).toEqual([]);
    expect(errors()).toEqual([]);
  });

  it('loses what the server deletes', async () => {
    const { session, transport } = await stage();
    transport.item('i1', 'Hello', 'user');
    transport.emit('item_deleted', { itemId: 'i1' });
    expect(session.history).toEqual([]);
  });
});

describe('what the model is still saying', () => {
  it('is text while it writes, and stays text', async () => {
    const { session, transport } = await stage();
    const item = { itemId: 'i1', type: 'message', role: 'assistant' } as const;
    transport.startResponse('r1');
    transport.emit('item_update', { ...item, status: 'in_progress', content: [] });
    transport.emit('output_text_delta', { type: 'output_text_delta', responseId: 'r1', itemId: 'i1', delta: 'Hi' });
    const content = [{ type: 'output_text' as const, text: 'Hi' }];
    expect(session.history).toEqual([{ ...item, status: 'in_progress', content }]);
    transport.emit('item_update', { ...item, status: 'completed', content });
    expect(session.history).toEqual([{ ...item, status: 'completed', content }]);
  });

  it('shows in the history at once, and is told of once a tick', async () => {
    const { session, transport, clock, log } = await stage();
    transport.startResponse('r1');
    transport.emit('item_update', { ...messageItem('i1', ''), status: 'in_progress' } as RealtimeItem);
    log.length = 0;
    for (const delta of ['Good', ' eve', 'ning']) transport.say('r1', 'i1', delta);
    expect(session.history[0]).toMatchObject({ content: [{ transcript: 'Good evening' }] });
    expect(log).toEqual([]);
    await clock.advance(0);
    expect(log).toEqual([['history_updated', session.history]]);
  });

  it('is not told of twice when something else changes the history in the same tick', async () => {
    const { transport, clock, names } = await stage();
    transport.startResponse('r1');
    transport.emit('item_update', { ...messageItem('i1', ''), status: 'in_progress' } as RealtimeItem);
    transport.say('r1', 'i1', 'Good');
    transport.item('i2', 'Hello', 'user');
    await clock.advance(0);
    expect(names().filter((name) => name === 'history_updated')).toHaveLength(2);
  });
});

describe('the user and the speaker', () => {
  it('are told of when they begin and end', async () => {
    const { session, transport } = await stage();
    const seen: unknown[] = [];
    session.on('user_speech_started', (event) => seen.push(['started', event]));
    session.on('user_speech_stopped', (event) => seen.push(['stopped', event]));
    session.on('playback_done', (event) => seen.push(['done', event]));
    transport.emit('speech_started', { itemId: 'u1', audioStartMs: 100, serverInterrupts: true });
    transport.emit('speech_stopped', { itemId: 'u1', audioEndMs: 900 });
    transport.startResponse('r1');
    transport.play('r1', 'i1');
    transport.emit('audio_done', { itemId: 'i1', responseId: 'r1' });
    transport.finishResponse('r1');
    const done = { itemId: 'i1', contentIndex: 0, responseId: 'r1' };
    transport.playout.listener?.onDone({ ...done, receivedFrames: 480, renderedFrames: 480 });
    expect(seen).toEqual([
      ['started', { itemId: 'u1', audioStartMs: 100 }],
      ['stopped', { itemId: 'u1', audioEndMs: 900 }],
      ['done', done],
    ]);
  });
});

describe('a barge-in', () => {
  async function speaking() {
    const staged = await stage();
    const { transport } = staged;
    transport.startResponse('r1');
    transport.play('r1', 'i1');
    transport.item('i1', 'one two three four five six seven eight nine ten');
    staged.log.length = 0;
    return staged;
  }
  const position = (renderedFrames: number, receivedFrames = 48_000) => ({
    itemId: 'i1',
    contentIndex: 0,
    responseId: 'r1',
    receivedFrames,
    renderedFrames,
  });

  it('stops the sink in one step, and truncates at what it reports', async () => {
    const { session, agent, transport, names, argsOf, sentOf } = await speaking();
    transport.emit('speech_started', { serverInterrupts: true });
    expect(names()).toEqual(['audio_interrupted']);
    expect(argsOf('audio_interrupted')).toEqual([session.context, agent]);
    expect(transport.sent).toEqual([]);
    const [interruptId = ''] = transport.playout.flushed;
    transport.playout.listener?.onReport({ interruptId, items: [position(12_012)] });
    expect(sentOf('truncate')).toEqual([['truncate', 'i1', 500]]);
    expect(session.history[0]).toMatchObject({
      status: 'incomplete',
      content: [{ transcript: 'one two', heardMs: 500 }],
    });
  });

  it('refuses late audio of the response', async () => {
    const { session, transport, names, sentOf } = await speaking();
    session.interrupt();
    expect(sentOf('cancelResponse')).toEqual([['cancelResponse', 'r1']]);
    transport.play('r1', 'i1');
    transport.play('r1', 'i2');
    transport.play('r0', 'i0');
    expect(names()).toEqual(['audio_interrupted']);
  });

  it('falls back to the published position when no report comes', async () => {
    const { session, transport, clock, sentOf } = await speaking();
    transport.playout.published = [position(2_400)];
    session.interrupt();
    await clock.advance(249);
    expect(sentOf('truncate')).toEqual([]);
    await clock.advance(2);
    expect(sentOf('truncate')).toEqual([['truncate', 'i1', 100]]);
    const [interruptId = ''] = transport.playout.flushed;
    transport.playout.listener?.onReport({ interruptId, items: [position(12_012)] });
    expect(sentOf('truncate')).toHaveLength(1);
  });

  it('takes a report that comes before flush() returns', async () => {
    const { session, transport, clock, sentOf } = await speaking();
    transport.playout.flush = (interruptId) => {
      transport.playout.listener?.onReport({ interruptId, items: [position(4_800)] });
    };
    session.interrupt();
    expect(sentOf('truncate')).toEqual([['truncate', 'i1', 200]]);
    await clock.advance(1_000);
    expect(sentOf('truncate')).toHaveLength(1);
  });

  it('over a foreign transport is left to the transport', async () => {
    const { session, transport, names } = await stage({ over: new ForeignTransport() });
    transport.startResponse('r1');
    transport.play('r1', 'i1');
    session.interrupt();
    expect(transport.sent).toEqual([['interrupt']]);
    transport.emit('audio_interrupted');
    expect(names().filter((name) => name === 'audio_interrupted')).toHaveLength(1);
  });
});

describe('a handoff', () => {
  const bea = new RealtimeAgent({ name: 'Bea', instructions: 'You are Bea.', handoffDescription: 'Knows it all.' });

  it('tells the server, then the app, then the model, and asks for an answer', async () => {
    const ann = new RealtimeAgent({ name: 'Ann', instructions: 'You are Ann.', handoffs: [bea] });
    const onAnn = vi.fn();
    ann.on('agent_handoff', onAnn);
    const { session, transport, argsOf, names } = await stage({ agent: ann });
    let agentInListener: unknown;
    session.on('agent_handoff', () => {
      agentInListener = session.currentAgent;
    });
    transport.startResponse('r1');
    transport.call('c1', 'transfer_to_Bea', {}, 'r1');
    transport.finishResponse('r1');
    await settle();
    expect(transport.sent.map(([type]) => type)).toEqual(['config', 'output', 'createResponse']);
    expect(transport.sent[0]?.[1]).toMatchObject({ instructions: 'You are Bea.', tools: [] });
    expect(transport.sent[1]).toEqual(['output', 'c1', '{"assistant":"Bea"}', false]);
    expect(argsOf('agent_handoff')).toEqual([session.context, ann, bea]);
    expect(onAnn).toHaveBeenCalledWith(session.context, bea);
    expect(agentInListener).toBe(bea);
    expect(session.currentAgent).toBe(bea);
    expect(names()).not.toContain('agent_tool_start');
    transport.startResponse('r2');
    expect(names().at(-1)).toBe('agent_start');
    session.close();
    await session.connect();
    expect(session.currentAgent).toBe(ann);
  });

  it('passes its input to onHandoff, and fails with an output when that throws', async () => {
    const onHandoff = vi.fn();
    const ann = new RealtimeAgent({
      name: 'Ann',
      handoffs: [
        handoff(bea, { toolNameOverride: 'to_bea', onHandoff }),
        handoff(new RealtimeAgent({ name: 'Cy' }), {
          onHandoff: () => {
            throw new Error('line is busy');
          },
        }),
      ],
    });
    const { session, transport, sentOf, errors } = await stage({ agent: ann });
    transport.startResponse('r1');
    transport.call('c1', 'transfer_to_Cy', {}, 'r1');
    transport.finishResponse('r1');
    await settle();
    expect(session.currentAgent).toBe(ann);
    expect(sentOf('output')).toEqual([['output', 'c1', expect.stringContaining('handoff did not work'), false]]);
    expect(JSON.stringify(sentOf('output'))).not.toContain('busy');
    expect(errors()).toEqual([expect.objectContaining({ code: 'ERR_TOOL_FAILED' })]);
    transport.startResponse('r2');
    transport.call('c2', 'to_bea', {}, 'r2');
    await settle();
    expect(onHandoff).toHaveBeenCalledWith(session.context, undefined);
    expect(session.currentAgent).toBe(bea);
  });

  it('fails with an output when the instructions of the next agent throw', async () => {
    const torn = new RealtimeAgent({
      name: 'Torn',
      instructions: () => {
        throw new Error('no words');
      },
    });
    const { transport, sentOf, errors } = await stage({ agent: new RealtimeAgent({ name: 'Ann', handoffs: [torn] }) });
    transport.startResponse('r1');
    transport.call('c1', 'transfer_to_Torn', {}, 'r1');
    await settle();
    expect(sentOf('config')).toEqual([]);
    expect(sentOf('output')).toHaveLength(1);
    expect(errors()).toHaveLength(1);
  });

  it('keeps the voice once the session has spoken, so that the update is not refused', async () => {
    const warn = vi.spyOn(logger, 'warn').mockImplementation(() => {});
    const dee = new RealtimeAgent({ name: 'Dee', voice: 'cedar' });
    const { session, transport, sentOf } = await stage({ agent: new RealtimeAgent({ name: 'Ann', voice: 'marin' }) });
    await session.updateAgent(dee);
    expect(sentOf('config')[0]?.[1]).toMatchObject({ voice: 'cedar' });
    await session.updateAgent(new RealtimeAgent({ name: 'Ann', voice: 'marin' }));
    transport.startResponse('r1');
    transport.play('r1', 'i1');
    await session.updateAgent(dee);
    expect(sentOf('config')[2]?.[1]).toMatchObject({ voice: 'marin' });
    expect(warn).toHaveBeenCalledOnce();
    session.close();
    await session.connect();
    await session.updateAgent(dee);
    transport.startResponse('r1');
    transport.play('r1', 'i1');
    await session.updateAgent(new RealtimeAgent({ name: 'Ann', voice: 'marin' }));
    expect(sentOf('config').map(([, config]) => Reflect.get(Object(config), 'voice'))).toEqual([
      'cedar',
      'marin',
      'marin',
      'cedar',
      'cedar',
    ]);
    warn.mockRestore();
  });

  it('by the app resolves to the agent, and rejects when it cannot be prepared', async () => {
    const { session, sentOf, argsOf, agent } = await stage();
    await expect(session.updateAgent(bea)).resolves.toBe(bea);
    expect(argsOf('agent_handoff')).toEqual([session.context, agent, bea]);
    const torn = new RealtimeAgent({ name: 'Torn', instructions: async () => Promise.reject(new Error('no words')) });
    await expect(session.updateAgent(torn)).rejects.toThrow('no words');
    expect(session.currentAgent).toBe(bea);
    expect(sentOf('config')).toHaveLength(1);
    session.close();
    await expect(session.updateAgent(bea)).rejects.toMatchObject({ code: 'ERR_NOT_CONNECTED' });
  });
});

describe('output guardrails', () => {
  it('read what a transport tells of only with the end of its response', async () => {
    const execute = vi.fn(async () => ({ tripwireTriggered: true, outputInfo: '' }));
    const over = new ForeignTransport();
    const { argsOf } = await stage({ over, outputGuardrails: [{ name: 'g', execute }] });
    over.startResponse('r1');
    const content = [{ type: 'output_text', text: 'A secret.' }];
    over.emit('turn_done', {
      type: 'response_done',
      response: { id: 'r1', output: [{ id: 'i1', type: 'message', role: 'assistant', content }] },
    });
    await settle();
    expect(execute).toHaveBeenCalledWith(expect.objectContaining({ agentOutput: 'A secret.' }));
    expect(argsOf('guardrail_tripped')[3]).toEqual({ itemId: 'i1' });
  });

  const noSecrets: RealtimeOutputGuardrail = {
    name: 'no secrets',
    policyHint: 'Keep secrets.',
    execute: async ({ agentOutput }) => ({
      tripwireTriggered: agentOutput.includes('secret'),
      outputInfo: { found: 'secret' },
    }),
  };

  it('trip once: the app is told, the agent is stopped, the model is corrected', async () => {
    const { session, agent, transport, argsOf, names, sentOf } = await stage({
      outputGuardrails: [noSecrets],
      outputGuardrailSettings: { debounceTextLength: 10 },
    });
    transport.startResponse('r1');
    transport.play('r1', 'i1');
    transport.say('r1', 'i1', 'The secret is');
    await settle();
    transport.say('r1', 'i1', ' another secret, and more');
    await settle();
    expect(names().filter((name) => name === 'guardrail_tripped')).toHaveLength(1);
    const [context, trippedAgent, error, details] = argsOf('guardrail_tripped');
    expect([context, trippedAgent, details]).toEqual([session.context, agent, { itemId: 'i1' }]);
    expect(error).toBeInstanceOf(OutputGuardrailTripwireTriggered);
    expect(error).toMatchObject({
      code: 'ERR_GUARDRAIL_TRIPPED',
      result: {
        guardrail: { type: 'output', name: 'no secrets', policyHint: 'Keep secrets.' },
        agentOutput: 'The secret is',
        output: { outputInfo: { found: 'secret' } },
      },
    });
    expect(names()).toContain('audio_interrupted');
    expect(sentOf('message')).toEqual([['message', expect.stringMatching(/Keep secrets\..*"found":"secret"/s), false]]);
  });

  it('that throw are reported, and the conversation goes on', async () => {
    const failure = new Error('no judgement');
    const { transport, errors, names } = await stage({
      outputGuardrails: [{ name: 'torn', execute: async () => Promise.reject(failure) }],
      outputGuardrailSettings: { debounceTextLength: -1 },
    });
    transport.startResponse('r1');
    transport.say('r1', 'i1', 'All is well.');
    transport.finishResponse('r1', 'All is well.');
    await settle();
    expect(errors()).toEqual([expect.objectContaining({ code: 'ERR_GUARDRAIL_FAILED', error: failure })]);
    expect(names()).not.toContain('guardrail_tripped');
  });

  it('trip although another one throws', async () => {
    const { transport, errors, names } = await stage({
      outputGuardrails: [
        {
          name: 'torn',
          execute: () => {
            throw new Error('at once');
          },
        },
        noSecrets,
      ],
      outputGuardrailSettings: { debounceTextLength: 5 },
    });
    transport.startResponse('r1');
    transport.say('r1', 'i1', 'The secret');
    await settle();
    expect(errors()).toHaveLength(1);
    expect(names()).toContain('guardrail_tripped');
  });

  it('that never answers counts as failed after its time, and reads on', async () => {
    const seen: string[] = [];
    const { transport, clock, errors } = await stage({
      outputGuardrails: [
        {
          name: 'stuck',
          execute: ({ agentOutput }) => {
            seen.push(agentOutput);
            return new Promise(() => {});
          },
        },
      ],
      outputGuardrailSettings: { debounceTextLength: 5, timeoutMs: 2_000 },
    });
    transport.startResponse('r1');
    transport.say('r1', 'a1', 'hello');
    await settle();
    transport.say('r1', 'a1', ' there');
    await clock.advance(1_999);
    expect(errors()).toEqual([]);
    await clock.advance(1);
    expect(errors()).toEqual([expect.objectContaining({ code: 'ERR_GUARDRAIL_FAILED' })]);
    expect(seen).toEqual(['hello', 'hello there']);
  });

  it('that is fast trips at once, though a slow one is reading still', async () => {
    const { transport, names, sentOf } = await stage({
      outputGuardrails: [
        { name: 'slow', execute: () => new Promise(() => {}) },
        { name: 'fast', execute: async () => ({ tripwireTriggered: true, outputInfo: 'no' }) },
      ],
      outputGuardrailSettings: { debounceTextLength: 5 },
    });
    transport.startResponse('r1');
    transport.say('r1', 'a1', 'hello');
    await settle();
    expect(names()).toContain('guardrail_tripped');
    expect(sentOf('cancelResponse')).toHaveLength(1);
  });
});

describe('listeners', () => {
  it('that throw or reject become one error each; the others still run', async () => {
    const { session, transport, errors, names } = await stage();
    session.prependListener('agent_start', () => {
      throw new Error('thrown');
    });
    session.prependListener('agent_start', async () => {
      throw new Error('rejected');
    });
    transport.startResponse('r1');
    await settle();
    expect(errors()).toEqual([
      expect.objectContaining({ code: 'ERR_LISTENER_FAILED', event: 'agent_start', cause: new Error('thrown') }),
      expect.objectContaining({ code: 'ERR_LISTENER_FAILED', event: 'agent_start', cause: new Error('rejected') }),
    ]);
    expect(names()).toContain('agent_start');
  });

  it.each(['transport_event', 'audio', 'audio_interrupted', 'history_updated'] as const)(
    'of %s that throw do not reach the transport',
    async (event) => {
      const { session, transport, errors } = await stage();
      session.on(event, () => {
        throw new Error(`from ${event}`);
      });
      transport.emit('*', { type: 'session.created' });
      transport.startResponse('r1');
      transport.play('r1', 'i1');
      transport.item('i1', 'Hi');
      session.interrupt();
      expect(errors()).toEqual([expect.objectContaining({ code: 'ERR_LISTENER_FAILED', event })]);
    },
  );

  it('of error that throw are logged, and nothing else happens', async () => {
    const log = vi.spyOn(logger, 'error').mockImplementation(() => {});
    const { session, transport, errors } = await stage();
    const failure = new Error('in the error listener');
    session.on('error', () => {
      throw failure;
    });
    transport.emit('error', { type: 'error', error: { message: 'bad event' }, code: 'invalid_value' });
    expect(errors()).toEqual([{ message: 'bad event' }]);
    expect(log).toHaveBeenCalledExactlyOnceWith(
      expect.stringContaining('"error"'),
      expect.objectContaining({ code: 'ERR_LISTENER_FAILED', cause: failure }),
    );
    log.mockRestore();
  });

  it('may be missing: an error of the session is logged and throws nothing', async () => {
    const log = vi.spyOn(logger, 'error').mockImplementation(() => {});
    const transport = new ScriptedTransport();
    const session = new RealtimeSession(new RealtimeAgent({ name: 'Ann' }), { transport });
    await session.connect({ apiKey: 'ek_test' });
    const monitored: unknown[] = [];
    session.on(RealtimeSession.errorMonitor, (event: unknown) => monitored.push(event));
    transport.emit('error', { type: 'error', error: 'boom' });
    expect(log).toHaveBeenCalledOnce();
    expect(monitored).toHaveLength(1);
    expect(() => session.emit('error', { type: 'error', error: 'the app’s own' })).toThrow();
    log.mockRestore();
  });

  it('issue commands that run after everything the event belongs to', async () => {
    const { session, transport, names } = await stage();
    transport.startResponse('r1');
    transport.play('r1', 'i1');
    session.once('agent_end', () => {
      session.sendMessage('And another thing.');
      session.interrupt();
    });
    transport.finishResponse('r1', 'Done.');
    expect(names().slice(-2)).toEqual(['agent_end', 'audio_interrupted']);
    expect(transport.sent[0]).toEqual(['message', 'And another thing.', false]);
  });

  it('issue commands in the middle of a list of effects without getting between them', async () => {
    const bea = new RealtimeAgent({ name: 'Bea' });
    const { session, transport } = await stage({ agent: new RealtimeAgent({ name: 'Ann', handoffs: [bea] }) });
    session.on('agent_handoff', () => session.sendMessage('Be kind to them.'));
    transport.startResponse('r1');
    transport.call('c1', 'transfer_to_Bea', {}, 'r1');
    await settle();
    expect(transport.sent.map(([type]) => type)).toEqual(['config', 'output', 'message']);
  });

  it('may close the session in the middle of its effects', async () => {
    const { session, transport, names } = await stage();
    session.once('agent_start', () => session.close());
    transport.startResponse('r1');
    transport.play('r1', 'i1');
    expect(names()).toEqual(['agent_start']);
    expect(transport.status).toBe('disconnected');
  });
});

describe('messages, images and audio', () => {
  it('reach the model one after the other, each with its own response', async () => {
    const { session, transport, sentOf } = await stage();
    session.sendMessage('One');
    session.sendMessage({ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Two' }] });
    expect(sentOf('message')).toHaveLength(2);
    expect(sentOf('createResponse')).toHaveLength(1);
    transport.startResponse('r1');
    transport.finishResponse('r1', 'First.');
    expect(sentOf('createResponse')).toHaveLength(2);
  });

  it('over a foreign transport trigger their response themselves', async () => {
    const { session, transport } = await stage({ over: new ForeignTransport() });
    session.sendMessage('One');
    session.addImage('data:image/png;base64,AA');
    session.addImage('data:image/png;base64,AA', { triggerResponse: false });
    expect(transport.sent).toEqual([
      ['message', 'One', true],
      ['image', 'data:image/png;base64,AA', true],
      ['image', 'data:image/png;base64,AA', false],
    ]);
  });

  it('show an image with or without an answer', async () => {
    const { session, transport } = await stage();
    const shown = (image: string) => ({ type: 'message', role: 'user', content: [{ type: 'input_image', image }] });
    session.addImage('data:image/png;base64,AA', { triggerResponse: false });
    expect(transport.sent).toEqual([['message', shown('data:image/png;base64,AA'), false]]);
    session.addImage('data:image/png;base64,BB');
    expect(transport.sent.slice(1).map(([type]) => type)).toEqual(['message', 'createResponse']);
  });

  it('pass audio and mute on', async () => {
    const { session, transport } = await stage();
    session.sendAudio(new ArrayBuffer(4), { commit: true });
    session.sendAudio(new ArrayBuffer(2));
    expect(transport.sent).toEqual([
      ['audio', 4, true],
      ['audio', 2, false],
    ]);
    session.mute(true);
    expect(session.muted).toBe(true);
  });

  it('are refused without a connection', async () => {
    const { session } = await stage();
    session.close();
    expect(() => session.sendMessage('Hello?')).toThrow(expect.objectContaining({ code: 'ERR_NOT_CONNECTED' }));
    expect(() => session.updateHistory([])).toThrow(expect.objectContaining({ code: 'ERR_NOT_CONNECTED' }));
    expect(() => session.addImage('data:,')).toThrow(expect.objectContaining({ code: 'ERR_NOT_CONNECTED' }));
    expect(() => session.interrupt()).not.toThrow();
  });

  it('whose request cannot leave are reported and do not block the next', async () => {
    const { session, transport, errors, sentOf } = await stage();
    transport.failsToSend = new Error('socket full');
    session.sendMessage('One');
    expect(errors().length).toBeGreaterThan(0);
    transport.failsToSend = null;
    session.sendMessage('Two');
    expect(sentOf('createResponse')).toHaveLength(1);
  });
});

describe('reportPlayback', () => {
  it('goes to a playout that takes it, and is refused by one that knows by itself', async () => {
    const { session, transport } = await stage();
    expect(() => session.reportPlayback({ itemId: 'i1', playedMs: 10 })).toThrow(
      expect.objectContaining({ code: 'ERR_PLAYBACK_OWNED' }),
    );
    const reportPlayback = vi.fn();
    Object.assign(transport.playout, { reportPlayback });
    session.reportPlayback({ itemId: 'i1', playedMs: 10 });
    expect(reportPlayback).toHaveBeenCalledWith({ itemId: 'i1', playedMs: 10 });
  });
});

describe('what is no input of a user', () => {
  it.each([null, undefined, 7, {}, { type: 'message', role: 'user' }])('is refused as a message: %j', async (input) => {
    const { session, transport } = await stage();
    const send = () => session.sendMessage(input as unknown as string);
    expect(send).toThrow(expect.objectContaining({ code: 'ERR_MESSAGE' }));
    expect(transport.sent).toEqual([]);
  });

  it.each([null, undefined, 'text', [1, 2], {}])('is refused as audio: %j', async (input) => {
    const { session, transport } = await stage();
    const send = () => session.sendAudio(input as ArrayBuffer);
    expect(send).toThrow(expect.objectContaining({ code: 'ERR_AUDIO_INPUT' }));
    expect(transport.sent).toEqual([]);
  });

  it('audio of a view is the bytes that it covers', async () => {
    const { session, sentOf } = await stage();
    session.sendAudio(Buffer.alloc(64).subarray(8, 24));
    expect(sentOf('audio')).toEqual([['audio', 16, false]]);
  });
});
