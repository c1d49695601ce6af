import { afterAll, describe, expect, test } from 'vitest';
import { FliteVoice, ServerError } from '../../src/server/index.ts';
import { sentencesOf } from '../../src/server/voice.ts';
import { readWav } from '../../src/server/wav.ts';

const voice = new FliteVoice();
afterAll(() => voice.close());

const say = (text: string, name = 'marin', sampleRate = 24_000, speed = 1): Promise<Int16Array> =>
  voice.synthesize({ text, voice: name, speed, sampleRate });

/** RMS level in dBFS. */
function levelDb(samples: Int16Array): number {
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  return 10 * Math.log10(power / 32_768 ** 2);
}

describe('the Flite voice', () => {
  test.each(['marin', 'cedar', 'ballad', 'kal'])('speaks as %s, at 24 and at 8 kHz', async (name) => {
    const wide = await say('Good morning, how are you?', name);
    const narrow = await say('Good morning, how are you?', name, 8000);
    expect(levelDb(wide)).toBeGreaterThan(-35);
    expect(levelDb(narrow)).toBeGreaterThan(-35);
    expect(Math.abs(wide.length - narrow.length * 3)).toBeLessThanOrEqual(6);
    expect(wide.length / 24_000).toBeGreaterThan(1);
    expect(wide.length / 24_000).toBeLessThan(4);
  });

  test('gives each name of the API one of its voices, and unknown names the first', async () => {
    const [marin, cedar, ballad, unknown] = await Promise.all(
      ['marin', 'cedar', 'ballad', 'nobody'].map((name) => say('Hello.', name)),
    );
    expect(marin).not.toEqual(cedar);
    expect(cedar).not.toEqual(ballad);
    expect(unknown).toEqual(marin);
  });

  test('speaks the same sentence the same way, once', async () => {
    expect(say('Once is enough.')).toBe(say('Once is enough.'));
    const other = new FliteVoice();
    expect(await other.synthesize({ text: 'Once is enough.', voice: 'marin', speed: 1, sampleRate: 24_000 })).toEqual(
      await say('Once is enough.'),
    );
    await other.close();
  });

  test('speaks slower and faster', async () => {
    const normal = await say('This is how fast I speak.');
    const slow = await say('This is how fast I speak.', 'marin', 24_000, 0.5);
    expect(slow.length / normal.length).toBeGreaterThan(1.7);
    expect(slow.length / normal.length).toBeLessThan(2.1);
  });

  test('says nothing where there is nothing to say', async () => {
    expect(await say('')).toHaveLength(0);
    expect(await say('…')).toHaveLength(0);
  });

  test('takes text as text, whatever it looks like', async () => {
    expect((await say('-voice kal; rm x "quoted" 100% (really)')).length).toBeGreaterThan(24_000);
  });

  test('fails what it was asked when it is closed, and starts again', async () => {
    const closing = new FliteVoice();
    const speech = closing.synthesize({ text: 'Never heard.', voice: 'marin', speed: 1, sampleRate: 24_000 });
    const failure = expect(speech).rejects.toMatchObject({ code: 'ERR_VOICE_CLOSED' });
    await closing.close();
    await failure;
    expect(
      await closing.synthesize({ text: 'Never heard.', voice: 'marin', speed: 1, sampleRate: 24_000 }),
    ).not.toHaveLength(0);
    await closing.close();
  });
});

describe('sentences', () => {
  test.each([
    ['Hello there. It is 3.50 dollars! Ok? And so', ['Hello there. ', 'It is 3.50 dollars! ', 'Ok? ', 'And so']],
    ['Wait... what?', ['Wait... ', 'what?']],
    ['', []],
    ['no end', ['no end']],
  ])('%j', (text, sentences) => {
    expect(sentencesOf(text)).toEqual(sentences);
    expect(sentencesOf(text).join('')).toBe(text);
  });
});

describe('WAV', () => {
  test('skips chunks it does not know', () => {
    const bytes = Buffer.alloc(58);
    bytes.write('RIFF');
    bytes.write('WAVE', 8);
    bytes.write('LIST', 12);
    bytes.writeUInt32LE(1, 16);
    bytes.write('fmt ', 22);
    bytes.writeUInt32LE(16, 26);
    bytes.writeUInt16LE(1, 30);
    bytes.writeUInt16LE(1, 32);
    bytes.writeUInt32LE(16_000, 34);
    bytes.writeUInt16LE(16, 44);
    bytes.write('data', 46);
    bytes.writeUInt32LE(4, 50);
    bytes.writeInt16LE(-2, 54);
    bytes.writeInt16LE(3, 56);
    expect(readWav(bytes)).toEqual({ sampleRate: 16_000, samples: Int16Array.of(-2, 3) });
  });

  test('refuses what is no PCM16 WAV', () => {
    expect(() => readWav(new Uint8Array(4))).toThrow(ServerError);
    expect(() => readWav(Buffer.from('RIFF....WAVE'))).toThrow(ServerError);
  });
});
