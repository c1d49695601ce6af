import { expect, test } from 'vitest';
import { RealtimeAgent, RealtimeSession } from '../../src/index.ts';
import { recordCall, WAV_HEADER_BYTES, wavHeader } from '../../src/recording/index.ts';
import { readWav } from '../../src/server/wav.ts';
import { stageCall } from '../features/call-stage.ts';
import { ForeignTransport } from '../../src/testing/scripted-transports.ts';

/** The spans of a channel that are not silent, in milliseconds; pauses shorter than 50 ms are part of them. */
function spans(samples: Int16Array, loudness: number): [startMs: number, endMs: number][] {
  const found: [number, number][] = [];
  samples.forEach((sample, frame) => {
    if (Math.abs(sample) < loudness) return;
    const atMs = frame / 24;
    const last = found.at(-1);
    if (last !== undefined && atMs - last[1] < 50) last[1] = atMs;
    else found.push([atMs, atMs]);
  });
  return found;
}

test('both sides are recorded as heard: the user left, the agent right and only as far as it was heard', async () => {
  const chunks: Uint8Array[] = [];
  let header: Uint8Array | null = null;
  const { speak, clock, heardMs, errors, end } = await stageCall({
    scenario: {
      turns: [
        { heard: 'Tell me all.', replies: [[{ say: 'A long answer.' }]] },
        { heard: 'Stop.', replies: [[{ say: 'Yes?' }]] },
      ],
    },
    replyMs: 3000,
    features: [recordCall({ write: (bytes) => chunks.push(bytes), end: (exact) => (header = exact) })],
  });
  await speak(600);
  await clock.advance(1800);
  await speak(600);
  await clock.advance(6000);
  expect(errors).toEqual([]);
  const [cutMs = 0, wholeMs] = heardMs();
  expect(cutMs).toBeLessThan(3000);
  expect(wholeMs).toBe(3000);
  await end();

  const wav = Buffer.concat(chunks);
  expect(header).toHaveLength(WAV_HEADER_BYTES);
  wav.set(header ?? []);
  expect(wav.readUInt32LE(40)).toBe(wav.length - WAV_HEADER_BYTES);
  const stereo = new Int16Array(wav.buffer.slice(wav.byteOffset + WAV_HEADER_BYTES, wav.byteOffset + wav.length));
  const side = (offset: number): Int16Array => stereo.filter((_, at) => at % 2 === offset);
  const agent = spans(side(1), 500);
  expect(agent).toHaveLength(2);
  // To the frame: what the sound card rendered is what was recorded.
  expect(side(1).filter((sample) => sample === 1000)).toHaveLength(Math.round((cutMs + 3000) * 24));
  const user = spans(side(0), 500);
  expect(user).toHaveLength(2);
  for (const [startMs, endMs] of user) expect(endMs - startMs).toBeCloseTo(600, -1);
  const [[, agentEndMs] = [0, 0]] = agent;
  const [, [userStartMs] = [0, 0]] = user;
  // The barge-in: the agent falls silent while the user speaks.
  expect(agentEndMs).toBeGreaterThan(userStartMs);
  expect(agentEndMs).toBeLessThan(userStartMs + 600);
});

test('the header says what the samples are, and that the end is open', () => {
  const view = new DataView(wavHeader({ sampleRate: 24_000, channels: 2 }).buffer);
  expect(view.getUint32(24, true)).toBe(24_000);
  expect(view.getUint32(28, true)).toBe(96_000);
  expect(view.getUint32(40, true)).toBe(0xffff_ffff);
  const whole = wavHeader({ sampleRate: 8000, channels: 1, frames: 3 });
  const file = new Uint8Array([...whole, ...new Uint8Array(new Int16Array([1, -2, 3]).buffer)]);
  expect([...readWav(file).samples]).toEqual([1, -2, 3]);
});

test('a transport that plays elsewhere, and sides of different formats, are refused', async () => {
  const agent = new RealtimeAgent({ name: 'Front' });
  const features = [recordCall({ write: () => {} })];
  expect(() => new RealtimeSession(agent, { transport: new ForeignTransport(), features })).toThrow(
    expect.objectContaining({ code: 'ERR_TRANSPORT_FEATURE' }),
  );
  const config = { audio: { output: { format: 'g711_ulaw' } } };
  await expect(RealtimeSession.computeInitialSessionConfig(agent, { features, config })).rejects.toThrow(
    /one format for both sides, got audio\/pcm in and audio\/pcmu out/,
  );
});
