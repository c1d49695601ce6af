import { afterEach, expect, test } from 'vitest';
import { decodeAlaw, decodeMulaw } from '../../src/audio/index.ts';
import { listMicrophones, Microphone, type MicrophoneLevel, type MicrophoneOptions } from '../../src/browser/index.ts';

/** The file that ships; in these sources it does not lie where the package has it. */
const WORKLET_URL = new URL('../../dist/worklets/capture.js', import.meta.url);
const PACKET_FRAMES = 480;
const PACKET_RATE = 24_000;
/** The file begins with this much silence. */
const LEAD_IN_MS = 1000;
/** Nothing but resampling between the file and us. */
const UNTOUCHED = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };

const microphones: Microphone[] = [];
const contexts: AudioContext[] = [];

afterEach(async () => {
  for (const microphone of microphones.splice(0)) await microphone.close();
  for (const context of contexts.splice(0)) await context.close();
});

async function open(options: MicrophoneOptions = {}): Promise<Microphone> {
  const microphone = await Microphone.open({ workletUrl: WORKLET_URL, ...UNTOUCHED, ...options });
  microphones.push(microphone);
  return microphone;
}

/** The next so many packets, in one. */
function record(microphone: Microphone, packets: number): Promise<Int16Array> {
  return new Promise((resolve) => {
    const samples: number[] = [];
    let left = packets;
    const take = (packet: Int16Array): void => {
      samples.push(...packet);
      if (--left > 0) return;
      microphone.off('packet', take);
      resolve(Int16Array.from(samples));
    };
    microphone.on('packet', take);
  });
}

function energy(samples: ArrayLike<number>, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += (samples[i] ?? 0) ** 2;
  return sum;
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>, shift: number, frames: number): number {
  let sum = 0;
  for (let i = 0; i < frames; i++) sum += (a[i + shift] ?? 0) * (b[i] ?? 0);
  return sum;
}

/** The file at the packets' rate, by the browser's own resampler, from the first sound on. */
async function fileFromSpeech(frames: number, rate = PACKET_RATE): Promise<Float32Array> {
  const response = await fetch(new URL('../../build/microphone.wav', import.meta.url));
  const context = new OfflineAudioContext(1, rate * 4, rate);
  const buffer = await context.decodeAudioData(await response.arrayBuffer());
  const start = (LEAD_IN_MS * rate) / 1000;
  return buffer.getChannelData(0).subarray(start, start + frames);
}

/** Index of the first sample above −34 dBFS. */
function firstSound(samples: ArrayLike<number>, fullScale: number): number {
  let index = 0;
  while (index < samples.length && Math.abs(samples[index] ?? 0) < 0.02 * fullScale) index++;
  return index;
}

/** What was heard has the file, as loud as it is, where its first sound is or within 10 ms of there. */
function expectSpeech(heard: ArrayLike<number>, file: ArrayLike<number>): void {
  const frames = file.length;
  const place = firstSound(heard, 32_768) - firstSound(file, 1);
  const fileEnergy = energy(file, 0, frames);
  let best = { correlation: -1, gainDb: 0 };
  for (let shift = Math.max(0, place - 240); shift <= Math.min(heard.length - frames, place + 240); shift++) {
    const heardEnergy = energy(heard, shift, shift + frames);
    const correlation = dot(heard, file, shift, frames) / Math.sqrt(heardEnergy * fileEnergy);
    const gainDb = 10 * Math.log10(heardEnergy / 32_768 ** 2 / fileEnergy);
    if (correlation > best.correlation) best = { correlation, gainDb };
  }
  expect(best.correlation).toBeGreaterThan(0.98);
  expect(Math.abs(best.gainDb)).toBeLessThan(0.5);
}

test.each([48_000, 44_100, 16_000])('hears the file in packets of 20 ms, in a context of %i Hz', async (sampleRate) => {
  const context = new AudioContext({ sampleRate });
  contexts.push(context);
  const microphone = await open({ context });
  const sizes = new Set<number>();
  microphone.on('packet', (packet) => sizes.add(packet.length));
  const heard = await record(microphone, 125);
  expect([...sizes]).toEqual([PACKET_FRAMES]);

  expectSpeech(heard, await fileFromSpeech(PACKET_RATE / 2));
});

test.each([
  ['mulaw', decodeMulaw],
  ['alaw', decodeAlaw],
] as const)('codes what it hears in %s at 8 kHz', async (format, decode) => {
  const microphone = await open({ format });
  const samples: number[] = [];
  let pcm16Packets = 0;
  microphone.on('packet', () => pcm16Packets++);
  await new Promise<void>((resolve) => {
    microphone.on('octets', (octets) => {
      expect(octets).toHaveLength(160);
      samples.push(...decode(octets));
      if (samples.length === 125 * 160) resolve();
    });
  });
  expect(pcm16Packets).toBe(0);
  expectSpeech(samples, await fileFromSpeech(4000, 8000));
});

test('has no other format', async () => {
  // @ts-expect-error There is no such format.
  await expect(open({ format: 'opus' })).rejects.toMatchObject({ code: 'ERR_CODEC_FORMAT' });
});

test('muted, it sends zeros from the next packet on, at the same pace, and hears again afterwards', async () => {
  const microphone = await open();
  const levels: MicrophoneLevel[] = [];
  const mutes: boolean[] = [];
  microphone.on('level', (level) => levels.push(level));
  microphone.on('muted', (isMuted) => mutes.push(isMuted));
  let heard = await record(microphone, 5);
  while (energy(heard, 0, heard.length) < 1e6) heard = await record(microphone, 5);

  microphone.mute(true);
  expect(microphone.muted).toBe(true);
  // Packets on their way were recorded before.
  await record(microphone, 2);
  levels.length = 0;
  const silence = await record(microphone, 20);
  expect(silence.every((sample) => sample === 0)).toBe(true);
  expect(levels.at(-1)).toEqual({ rmsDb: -Infinity, peakDb: -Infinity });
  // Every third packet.
  expect(levels.length).toBeGreaterThanOrEqual(6);
  expect(levels.length).toBeLessThanOrEqual(7);

  microphone.mute(false);
  let again = await record(microphone, 5);
  while (energy(again, 0, again.length) < 1e6) again = await record(microphone, 5);
  expect(mutes).toEqual([true, false]);
});

test('another device takes over without a missing packet, and a mute outlives it', async () => {
  const devices = await listMicrophones();
  expect(devices.length).toBeGreaterThan(1);
  const microphone = await open({ deviceId: devices[0]?.deviceId });
  const { context } = microphone;
  const other = devices.find(({ deviceId }) => deviceId !== microphone.device.deviceId);
  let packets = 0;
  microphone.on('packet', () => packets++);
  await record(microphone, 10);
  const before = { packets, time: context.currentTime };
  microphone.mute(true);
  await microphone.use(other?.deviceId);
  expect(microphone.device.deviceId).toBe(other?.deviceId);
  const after = await record(microphone, 30);
  const elapsedPackets = (context.currentTime - before.time) * 50;
  expect(Math.abs(packets - before.packets - elapsedPackets)).toBeLessThanOrEqual(2);
  expect(after.every((sample) => sample === 0)).toBe(true);
});

test('a device that ends is replaced by the default one', async () => {
  const { mediaDevices } = navigator;
  const streams: MediaStream[] = [];
  mediaDevices.getUserMedia = async (constraints) => {
    const stream = await MediaDevices.prototype.getUserMedia.call(mediaDevices, constraints);
    streams.push(stream);
    return stream;
  };
  const devices = await listMicrophones();
  const microphone = await open({ deviceId: devices.at(-1)?.deviceId });
  const replaced = new Promise<string>((resolve) => {
    microphone.on('device', ({ deviceId }) => resolve(deviceId));
  });
  await record(microphone, 2);
  // What a browser does when a headset is unplugged.
  streams[0]?.getAudioTracks()[0]?.dispatchEvent(new Event('ended'));
  expect(await replaced).not.toBe(devices.at(-1)?.deviceId);
  await record(microphone, 5);
  Reflect.deleteProperty(mediaDevices, 'getUserMedia');
  expect(streams[0]?.getAudioTracks()[0]?.readyState).toBe('ended');
});

test('a device that is not there is an error with a code', async () => {
  await expect(Microphone.open({ deviceId: 'none' })).rejects.toMatchObject({ code: 'ERR_MICROPHONE_MISSING' });
});

test('after close the device is free and nothing more comes', async () => {
  const microphone = await open();
  await record(microphone, 2);
  await microphone.close();
  expect(microphone.context.state).toBe('closed');
  let late = 0;
  microphone.on('packet', () => late++);
  const second = await open();
  await record(second, 5);
  expect(late).toBe(0);
});
