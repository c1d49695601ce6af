import { afterAll, describe, expect, test } from 'vitest';
import { findPocketsphinx, FliteVoice, PocketsphinxEars } from '../../src/server/index.ts';
import { appendsOf, ScriptedClient } from './scripted-client.ts';

const PHRASES = ['what is the weather please', 'transfer me please', 'hold a room for tomorrow'];
const voice = new FliteVoice();
afterAll(() => voice.close());

async function spoken(text: string, sampleRate = 24_000): Promise<Int16Array> {
  return voice.synthesize({ text, voice: 'slt', speed: 1, sampleRate });
}

describe.skipIf(findPocketsphinx() === null)('PocketSphinx as ears (needs the Debian packages)', () => {
  test.each(PHRASES)('hears "%s" in a session, word for word', { timeout: 30_000 }, async (phrase) => {
    const client = await ScriptedClient.open({ ears: new PocketsphinxEars({ phrases: PHRASES }) });
    client.send({
      type: 'session.update',
      session: { type: 'realtime', audio: { input: { transcription: { model: 'whisper-1' } } } },
    });
    const speech = await spoken(phrase);
    const padded = new Int16Array(speech.length + 48_000);
    padded.set(speech, 24_000);
    client.send(...appendsOf(padded));
    const { transcript } = await client.next('conversation.item.input_audio_transcription.completed');
    expect(transcript).toBe(phrase);
    const { response } = await client.next('response.done');
    expect(response.output).toMatchObject([{ content: [{ transcript: `I heard you say: ${phrase}` }] }]);
    await client.close();
  });

  // Of nine spoken phrases (three voices) it makes out nine at 24 kHz and five of the telephone's band.
  test('hears through the narrow band of a telephone', { timeout: 30_000 }, async () => {
    const ears = new PocketsphinxEars({ phrases: PHRASES });
    const pcm16 = await spoken('Hold a room for tomorrow.', 8000);
    expect(await ears.transcribe({ pcm16, sampleRate: 8000, earlierTurns: [] })).toBe('hold a room for tomorrow');
  });

  test('hears free speech', { timeout: 30_000 }, async () => {
    const pcm16 = await spoken('What is the weather, please?');
    const text = await new PocketsphinxEars().transcribe({ pcm16, sampleRate: 24_000, earlierTurns: [] });
    expect(text).toContain('weather');
  });
});

test('a recogniser that is not there is an error with a code', async () => {
  const ears = new PocketsphinxEars({ program: '/nonexistent/pocketsphinx' });
  await expect(
    ears.transcribe({ pcm16: new Int16Array(2400), sampleRate: 24_000, earlierTurns: [] }),
  ).rejects.toMatchObject({ code: 'ERR_EARS' });
});

test('a phrase without words is refused', () => {
  expect(() => new PocketsphinxEars({ phrases: ['42'], program: 'x' })).toThrow(
    expect.objectContaining({ code: 'ERR_EARS_PHRASES' }),
  );
});
