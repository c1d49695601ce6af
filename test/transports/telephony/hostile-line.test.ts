// Telephone calls whose caller, provider or model misbehaves, with and without a session.

import { describe, expect, test, vi } from 'vitest';
import { encodeBase64 } from '../../../src/audio/base64.ts';
import { RealtimeAgent, RealtimeSession } from '../../../src/index.ts';
import { logger } from '../../../src/logger.ts';
import { PhoneSimulator } from '../../../src/testing/phone-simulator.ts';
import { wireInMemory } from '../../../src/testing/phone-wire.ts';
import { VirtualClock } from '../../../src/testing/virtual-clock.ts';
import type { TelephonyRealtimeTransportOptions } from '../../../src/twilio.ts';
import { TwilioRealtimeTransportLayer } from '../../../src/twilio.ts';
import { PlayedFrames } from '../../../src/transports/telephony/played-frames.ts';
import { ScriptedSocket } from '../../../src/testing/scripted-socket.ts';

const EVENT = { event_id: 'e' };

function virtualClock(): VirtualClock {
  return new VirtualClock(() => new Promise((resolve) => setImmediate(resolve)));
}

/** A call, not yet answered, whose connections to the model open after 1 ms unless `isModelDeaf`. */
function ring(clock: VirtualClock, options: TelephonyRealtimeTransportOptions = {}) {
  const { wire, socket: line } = wireInMemory(clock, 5);
  const phone = new PhoneSimulator({ clock, wire });
  const models: ScriptedSocket[] = [];
  const state = { isModelDeaf: false };
  const transport = new TwilioRealtimeTransportLayer({
    twilioWebSocket: line,
    clock,
    apiKey: 'local',
    createWebSocket: async () => {
      const model = new ScriptedSocket();
      models.push(model);
      if (!state.isModelDeaf) clock.schedule(1, () => model.open());
      return model;
    },
    ...options,
  });
  const codes: string[] = [];
  transport.on('error', ({ code }) => void codes.push(String(code)));
  const model = (): ScriptedSocket => {
    const newest = models.at(-1);
    if (newest === undefined) throw new Error('the model was not called');
    return newest;
  };
  return { phone, line, transport, models, model, codes, state };
}

async function answered(clock: VirtualClock, options: TelephonyRealtimeTransportOptions = {}) {
  const call = ring(clock, options);
  call.phone.start();
  await clock.runUntil(call.transport.connect({}));
  call.model().take();
  return call;
}

/** A call that a session holds. */
async function held(clock: VirtualClock, reconnect: ConstructorParameters<typeof RealtimeSession>[1] = {}) {
  const call = ring(clock);
  const agent = new RealtimeAgent({
    name: 'Front desk',
    // Looked up somewhere, so an answer takes its time.
    instructions: () => new Promise<string>((resolve) => void clock.schedule(300, () => resolve('Be brief.'))),
  });
  const session = new RealtimeSession(agent, { transport: call.transport, clock, ...reconnect });
  const errors: unknown[] = [];
  const states: string[] = [];
  session.on('error', ({ error }) => void errors.push((error as { code?: string }).code ?? error));
  session.on('connection', ({ state }) => void states.push(state));
  call.phone.start();
  await clock.runUntil(session.connect());
  return { ...call, session, errors, states };
}

function audioDelta(octets: Uint8Array<ArrayBuffer>): object {
  const ids = { response_id: 'r1', item_id: 'a1', output_index: 0, content_index: 0 };
  return { type: 'response.output_audio.delta', ...EVENT, ...ids, delta: encodeBase64(octets) };
}

describe('frames of the caller', () => {
  test.each([65, 20_000])('that nest %d levels deep are refused before anybody walks them', async (levels) => {
    const clock = virtualClock();
    const { phone, transport, codes } = await answered(clock);
    phone.fallSilent();
    await clock.advance(20);
    const seen: unknown[] = [];
    transport.on('*', (event) => void seen.push(event));
    phone.sendRaw(`{"event":"other","deep":${'['.repeat(levels)}${']'.repeat(levels)}}`);
    await clock.advance(10);
    expect([codes, seen]).toEqual([['ERR_PHONE_FRAME'], []]);
  });

  test('that are malformed harm no other call, though nobody listens for errors', async () => {
    const clock = virtualClock();
    const [bad, good] = [await answered(clock), await answered(clock)];
    bad.transport.removeAllListeners('error');
    const said = vi.spyOn(logger, 'error').mockImplementation(() => {});
    for (const text of ['null', '{"event":"start"}', '{"event":"media","media":{"payload":"!"}}']) {
      for (let n = 0; n < 40; n++) bad.phone.sendRaw(text);
    }
    good.model().take();
    await clock.advance(1000);
    expect([bad.phone.isClosed, good.phone.isClosed, good.codes]).toEqual([true, false, []]);
    expect(good.model().take()).toHaveLength(50);
    expect(said).toHaveBeenCalledTimes(100);
    said.mockRestore();
  });
});

describe('a model that reads slowly', () => {
  test('has the youngest 15 s of the caller wait, is told everything else, and hears them when it reads again', async () => {
    const clock = virtualClock();
    const { transport, model, codes } = await answered(clock);
    model().bufferedAmount = Math.ceil((16 * 8000 * 4) / 3) + 1;
    await clock.advance(19_000);
    transport.sendEvent({ type: 'response.cancel' });
    expect([codes, model().takeTypes()]).toEqual([['ERR_SEND_BACKLOG'], ['response.cancel']]);
    model().bufferedAmount = 0;
    await clock.advance(100);
    const packets = model().takeTypes().length;
    expect([packets > 15 * 49, packets <= 15 * 50 + 5]).toEqual([true, true]);
  });
});

describe('audio of the model', () => {
  test('that comes all at once goes to the phone in pieces, at most 5 s and one of them ahead', async () => {
    const clock = virtualClock();
    const { phone, model } = await answered(clock);
    const octets = new Uint8Array(20 * 8000 + 1).map((_, n) => (n * 7) & 0x7f);
    model().receive(audioDelta(octets));
    await clock.advance(20);
    expect(phone.received.media).toBe(6);
    await clock.advance(21_000);
    const heard = phone.heard;
    const start = heard.findIndex((_, at) => heard[at] === octets[1] && heard[at + 1] === octets[2]) - 1;
    expect(Buffer.compare(heard.subarray(start, start + octets.length), octets)).toBe(0);
  });

  test('is known to be heard, and no mark is kept for ever, at a phone that returns none', async () => {
    const clock = virtualClock();
    const { phone, line, transport, model } = await answered(clock);
    phone.fallSilent();
    const marks: string[] = [];
    line.send = (text) => void (text.includes('"mark"') && marks.push(text));
    for (let n = 0; n < 300; n++) model().receive(audioDelta(new Uint8Array(3200)));
    await clock.advance(19_000);
    expect(transport.playout.positions()[0]?.renderedFrames).toBeGreaterThan(18 * 8000);
    const played = new PlayedFrames();
    for (let n = 0; n < 1000; n++) {
      played.sent(160, 0);
      played.marked(`m${n}`, 0);
    }
    // The oldest are forgotten: that they come back says nothing any more.
    played.returned('m700', 0);
    expect(played.at(0)).toBe(0);
    played.returned('m999', 0);
    expect(played.at(0)).toBe(160_000);
  });
});

describe('a caller whose model is lost', () => {
  test('waits for the next connection no longer than the grace, however often one is tried', async () => {
    const clock = virtualClock();
    const { phone, state, model, errors, states } = await held(clock);
    state.isModelDeaf = true;
    model().drop(1006, '');
    await clock.advance(4900);
    expect(phone.isClosed).toBe(false);
    await clock.advance(200);
    expect(phone.isClosed).toBe(true);
    await clock.advance(10_000);
    expect([errors, states.at(-1)]).toEqual([['ERR_DISCONNECTED'], 'disconnected']);
  });

  test('is heard by the next one, which is told the conversation', async () => {
    const clock = virtualClock();
    const { phone, models, model, session, states, errors } = await held(clock);
    session.sendMessage('Hello');
    const item = { id: 'u1', type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hello' }] };
    model().receive({ type: 'conversation.item.added', ...EVENT, item });
    model().drop(1006, '');
    await clock.advance(2000);
    expect([states, phone.isClosed, models.length, errors]).toEqual([
      ['connecting', 'connected', 'reconnecting', 'connected'],
      false,
      2,
      [],
    ]);
    const sent = model().take();
    expect(sent).toContainEqual(expect.objectContaining({ type: 'conversation.item.create' }));
    expect(sent.at(-1)).toMatchObject({ type: 'input_audio_buffer.append' });
    session.close();
    await clock.advance(10);
    expect(phone.isClosed).toBe(true);
  });

  test('in the middle of a sentence is heard by the next one from its beginning, without a gap, behind the conversation', async () => {
    const clock = virtualClock();
    const { phone, model, session } = await held(clock);
    session.sendMessage('Hello');
    const item = { id: 'u1', type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hello' }] };
    model().receive({ type: 'conversation.item.added', ...EVENT, item });
    // Each octet of the caller's says where in the call it is, in packets.
    phone.speak(Uint8Array.from({ length: 160 * 250 }, (_, n) => Math.floor(n / 160)));
    await clock.advance(1000);
    model().receive({ type: 'input_audio_buffer.speech_started', ...EVENT, item_id: 'u2', audio_start_ms: 700 });
    await clock.advance(1000);
    model().drop(1006, '');
    await clock.advance(2000);
    const sent = model().take();
    const types = sent.map(({ type }) => type);
    expect(types.lastIndexOf('conversation.item.create')).toBeLessThan(types.indexOf('input_audio_buffer.append'));
    const heard = sent.flatMap(({ type, audio }) =>
      type === 'input_audio_buffer.append' ? [Buffer.from(String(audio), 'base64')[0] ?? -1] : [],
    );
    // From at most a second before the word of the speech to the present, one packet after the other.
    const [first = -1] = heard;
    expect(first).toBeLessThan(35);
    expect(heard).toEqual(Array.from({ length: heard.length }, (_, n) => first + n));
    expect(heard.at(-1)).toBeGreaterThan(190);
    session.close();
  });

  test('in the middle of a sentence, and at once of the next one too, is heard by the third from its beginning', async () => {
    const clock = virtualClock();
    const { phone, model, session } = await held(clock);
    phone.speak(Uint8Array.from({ length: 160 * 250 }, (_, n) => Math.floor(n / 160)));
    await clock.advance(1000);
    model().receive({ type: 'input_audio_buffer.speech_started', ...EVENT, item_id: 'u2', audio_start_ms: 700 });
    await clock.advance(1000);
    model().drop(1006, '');
    await clock.advance(1000);
    expect(model().takeTypes()).toContain('input_audio_buffer.append');
    model().drop(1006, '');
    await clock.advance(1500);
    const heard = model()
      .take()
      .flatMap(({ type, audio }) =>
        type === 'input_audio_buffer.append' ? [Buffer.from(String(audio), 'base64')[0] ?? -1] : [],
      );
    const [first = -1] = heard;
    expect(first).toBeLessThan(35);
    expect(heard).toEqual(Array.from({ length: heard.length }, (_, n) => first + n));
    session.close();
  });

  test('and who hangs up before there is another one ends the session, without more attempts', async () => {
    const clock = virtualClock();
    const { phone, models, state, model, states, errors } = await held(clock);
    state.isModelDeaf = true;
    model().drop(1006, '');
    await clock.advance(100);
    phone.hangUp();
    await clock.advance(1000);
    expect([states.at(-1), errors]).toEqual(['disconnected', ['ERR_DISCONNECTED']]);
    const attempts = models.length;
    await clock.advance(60_000);
    expect(models).toHaveLength(attempts);
  });
});

describe('a connection that is replaced for its age', () => {
  test('keeps the caller, though the agent takes a while to say its instructions', async () => {
    const clock = virtualClock();
    const { phone, models, model, states, errors } = await held(clock, { reconnect: { rolloverAfterMs: 3000 } });
    await clock.advance(5000);
    expect([states, models.length, phone.isClosed, errors]).toEqual([
      ['connecting', 'connected', 'reconnecting', 'connected'],
      2,
      false,
      [],
    ]);
    model().take();
    await clock.advance(100);
    expect(model().takeTypes()).toContain('input_audio_buffer.append');
    expect(phone.isClosed).toBe(false);
  });
});

describe('a second connect() in a call', () => {
  test('is refused, and the call goes on', async () => {
    const clock = virtualClock();
    const { phone, transport } = await answered(clock);
    await expect(transport.connect({})).rejects.toMatchObject({ code: 'ERR_ALREADY_CONNECTED' });
    await clock.advance(6000);
    expect([phone.isClosed, transport.status]).toEqual([false, 'connected']);
  });
});

describe('a caller who hangs up while the model is being called', () => {
  test('ends the attempt with that reason, and nothing stays open', async () => {
    const clock = virtualClock();
    const { phone, transport, model, state } = ring(clock);
    state.isModelDeaf = true;
    phone.start();
    const connecting = transport.connect({});
    connecting.catch(() => {});
    await clock.advance(100);
    phone.hangUp();
    await clock.advance(10);
    await expect(connecting).rejects.toMatchObject({ code: 'ERR_PHONE_CLOSED' });
    expect([transport.status, model().readyState]).toEqual(['disconnected', 3]);
  });
});
