import { describe, expect, test } from 'vitest';
import type { PhoneCall } from './call.ts';
import { jitter, phoneCall, recorded } from './call.ts';

const STORY =
  'The house was built in nineteen hundred and four, as a station hotel, and it has been run by the same family ever ' +
  'since. There are forty rooms on five floors. From the upper floors you can see the lake. The garden behind the house ' +
  'is open from sunrise until ten at night, and breakfast is served there whenever the weather allows it.';

const BARGE_INS = 6;
const STOP = recorded('3-stop-24000.wav');

/** Speaks after the caller has heard the agent for a while, again and again. */
async function bargeIn(call: PhoneCall, times: number): Promise<void> {
  const { clock, phone } = call;
  for (let n = 0; n < times; n++) {
    const before = phone.playedFrames;
    while (phone.playedFrames - before < 8000 * (2 + n * 0.37)) await clock.advance(10);
    phone.speak(STOP);
    while (phone.isSpeaking) await clock.advance(20);
    await clock.advance(1000);
  }
}

/** What the phone had played of the item that each truncation names, in frames. */
function playedAtClears(call: PhoneCall): number[] {
  const { clears } = call.phone;
  return clears.map(({ playedFrames }, n) => playedFrames - (clears[n - 1]?.playedFrames ?? 0));
}

function ofType(events: PhoneCall['toModel'], type: string): PhoneCall['toModel'] {
  return events.filter((event) => event.type === type);
}

/** The model's audio of an item, as it left the model. */
function octetsOf(call: PhoneCall, itemId: unknown): Buffer {
  const deltas = ofType(call.fromModel, 'response.output_audio.delta').filter((event) => event['item_id'] === itemId);
  return Buffer.concat(deltas.map((event) => Buffer.from(String(event['delta']), 'base64')));
}

describe.each([
  { name: 'a near line', latencyMs: 10 },
  { name: 'a far line', latencyMs: 90 },
  { name: 'a phone that starts late', latencyMs: 30, playbackDelayMs: 60 },
  { name: 'a line with 12 ms of jitter', latencyMs: jitter(40, 52) },
])('a minute on the telephone with 6 barge-ins, $name', ({ latencyMs, playbackDelayMs }) => {
  test('truncates where the phone stopped; the caller hears no gap and nothing late', { timeout: 60_000 }, async () => {
    const call = phoneCall({
      latencyMs,
      ...(playbackDelayMs === undefined ? {} : { playbackDelayMs }),
      scenario: { turns: Array.from({ length: BARGE_INS + 1 }, () => ({ replies: [[{ say: STORY }]] })) },
    });
    await call.answer();
    call.phone.speak(recorded('2-about-the-hotel-8000-mulaw.wav'));
    await bargeIn(call, BARGE_INS);
    while (call.clock.nowMs() < 75_000) await call.clock.advance(100);
    await call.end();

    const truncations = ofType(call.toModel, 'conversation.item.truncate');
    const played = playedAtClears(call);
    expect(truncations).toHaveLength(BARGE_INS);
    expect(played).toHaveLength(BARGE_INS);
    const errorsMs = truncations.map(({ audio_end_ms: endMs }, n) => Math.abs(Number(endMs) - played[n]! / 8));
    expect(Math.max(...errorsMs)).toBeLessThanOrEqual(10);

    const heard = Buffer.from(call.phone.heard);
    const answers = truncations.map(({ item_id: itemId }, n) => octetsOf(call, itemId).subarray(0, played[n]));
    for (const answer of answers) expect(heard.includes(answer)).toBe(true);
    const last = ofType(call.fromModel, 'response.output_audio.done').at(-1)!['item_id'];
    expect(call.phone.playedFrames).toBe(sum(played) + octetsOf(call, last).length);

    expect(call.errors).toEqual([]);
    expect(call.phone.warnings).toEqual([]);
    expect(ofType(call.fromModel, 'error')).toEqual([]);
  });
});

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
