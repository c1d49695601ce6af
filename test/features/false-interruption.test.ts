import { expect, test } from 'vitest';
import { falseInterruption } from '../../src/features/index.ts';
import { RealtimeAgent, RealtimeSession } from '../../src/index.ts';
import { ForeignTransport, ScriptedTransport } from '../../src/testing/scripted-transports.ts';
import { stageCall } from './call-stage.ts';

const QUESTION = {
  heard: 'Tell me everything.',
  replies: [[{ say: 'A long answer of which nobody should lose a word.' }]],
};

async function answering(heardLater: string) {
  const call = await stageCall({
    scenario: { turns: [QUESTION, { heard: heardLater, replies: [[{ say: 'All right.' }]] }] },
    replyMs: 3000,
    features: [falseInterruption({ resumeAfterMs: 1000 })],
  });
  const seen: string[] = [];
  for (const name of ['audio_paused', 'audio_resumed', 'audio_interrupted', 'playback_done'] as const) {
    call.session.on(name, () => seen.push(name));
  }
  await call.speak(600);
  await call.clock.advance(1500);
  expect(call.heardMs()).toHaveLength(1);
  return { ...call, seen };
}

test('a cough pauses the agent; it goes on and is heard to its last frame', async () => {
  const { speak, clock, seen, sent, heardMs, errors, end } = await answering('');
  await speak(300);
  await clock.advance(6000);
  expect(seen).toEqual(['audio_paused', 'audio_resumed', 'playback_done']);
  expect(heardMs()).toEqual([3000]);
  expect(sent('conversation.item.truncate')).toEqual([]);
  expect(sent('response.cancel')).toEqual([]);
  expect(sent('response.create')).toHaveLength(1);
  expect(errors).toEqual([]);
  await end();
});

test('words interrupt the agent, truncated at the position of the pause, and are answered', async () => {
  const { speak, clock, seen, sent, heardMs, session, errors, end } = await answering('Stop there.');
  await speak(600);
  await clock.advance(6000);
  expect(seen).toEqual(['audio_paused', 'audio_interrupted', 'playback_done']);
  const [cutMs = 0, answerMs] = heardMs();
  expect(cutMs).toBeLessThan(3000);
  expect(answerMs).toBe(3000);
  expect(sent('conversation.item.truncate')).toMatchObject([{ audio_end_ms: Math.floor(cutMs) }]);
  expect(sent('response.create')).toHaveLength(2);
  const cut = session.history.find((item) => item.type === 'message' && item.role === 'assistant');
  expect(cut).toMatchObject({
    content: [{ heardMs: Math.floor(cutMs), unheardTranscript: expect.stringMatching(/word\.$/) }],
  });
  expect(errors).toEqual([]);
  await end();
});

test('options out of range and transports that cannot pause are refused', async () => {
  const agent = new RealtimeAgent({ name: 'Front' });
  expect(() => falseInterruption({ resumeAfterMs: -1 })).toThrow(/resumeAfterMs must be 0…60000, got -1/);
  const features = [falseInterruption()];
  const make = (transport: ForeignTransport) => new RealtimeSession(agent, { transport, features });
  expect(() => make(new ForeignTransport())).toThrow(expect.objectContaining({ code: 'ERR_TRANSPORT_FEATURE' }));
  const remote = Object.assign(new ScriptedTransport(), { isPlayoutRemote: true });
  expect(() => make(remote)).toThrow(/action: 'duck'/);
  const deaf = new RealtimeSession(agent, {
    transport: new ScriptedTransport(),
    features,
    config: { audio: { input: { transcription: null } } },
  });
  await expect(deaf.connect()).rejects.toMatchObject({ code: 'ERR_SESSION_OPTION' });
});

test('the server is told neither to interrupt nor to answer; push-to-talk stays as it is', async () => {
  const agent = new RealtimeAgent({ name: 'Front' });
  const options = { features: [falseInterruption()] };
  const config = await RealtimeSession.computeInitialSessionConfig(agent, options);
  expect(config.audio?.input?.turnDetection).toEqual({ interruptResponse: false, createResponse: false });
  const manual = await RealtimeSession.computeInitialSessionConfig(agent, {
    ...options,
    config: { turnDetection: null },
  });
  expect(manual.turnDetection).toBeNull();
  expect(manual.audio).toBeUndefined();
});
