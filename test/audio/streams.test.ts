import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, expect, it } from 'vitest';
import {
  bytesFromPcm16,
  encodeBase64,
  floatFromPcm16,
  MicrophoneUplink,
  pcm16FromFloat,
  Resampler,
} from '../../src/audio/index.ts';
import { audioTransform } from '../../src/streams/node.ts';
import {
  type AudioStage,
  audioStream,
  microphoneUplinkStage,
  packetizerStage,
  pcm16ResamplerStage,
  phoneDownlinkStage,
  phoneUplinkStage,
  resamplerStage,
  speakerDownlinkStage,
} from '../../src/streams/web.ts';
import { noiseWords } from './reference/kernel-runs.ts';

const NOISE = Float32Array.from(noiseWords(9600, 41), (word) => word / 2 ** 31 - 1);
const PCM16 = pcm16FromFloat(NOISE);
const BLOCKS = [NOISE.subarray(0, 1), NOISE.subarray(1, 700), NOISE.subarray(700, 9600)];

/** What comes out of a web stream. */
async function through<Input, Output>(inputs: readonly Input[], stage: AudioStage<Input, Output>): Promise<Output[]> {
  const outputs: Output[] = [];
  const source = new ReadableStream<Input>({
    start(controller) {
      for (const input of inputs) controller.enqueue(input);
      controller.close();
    },
  });
  const sink = new WritableStream<Output>({ write: (output) => void outputs.push(output) });
  await source.pipeThrough(audioStream(stage)).pipeTo(sink);
  return outputs;
}

/** A stage that counts how often it was freed. */
function counted<Input, Output>(stage: AudioStage<Input, Output>): AudioStage<Input, Output> & { freed: boolean } {
  const wrapped = {
    ...stage,
    push: stage.push.bind(stage),
    flush: stage.flush.bind(stage),
    freed: false,
    free(): void {
      wrapped.freed = true;
      stage.free();
    },
  };
  return wrapped;
}

/** All of the noise at 24 kHz, the end included. */
function resampled(): number[] {
  const resampler = new Resampler({ inputRate: 48_000, outputRate: 24_000 });
  return [...resampler.process(NOISE).slice(), ...resampler.flush()];
}

describe('a web stream', () => {
  it('carries what a resampler makes of the blocks, its end included, and gives the memory back', async () => {
    const stage = counted(resamplerStage({ inputRate: 48_000, outputRate: 24_000 }));
    const outputs = await through(BLOCKS, stage);
    expect(outputs.flatMap((block) => [...block])).toEqual(resampled());
    expect(stage.freed).toBe(true);
  });

  it("cuts packets that are the receiver's to keep", async () => {
    const packets = await through(BLOCKS, packetizerStage({ sampleRate: 24_000 }));
    expect(packets).toHaveLength(20);
    expect(packets.flatMap((packet) => [...packet])).toEqual([...PCM16]);
  });

  it('carries a microphone to a model, and the model to a phone and a speaker', async () => {
    const packets = await through(BLOCKS, microphoneUplinkStage({ deviceRate: 48_000 }));
    const expected: string[] = [];
    const uplink = new MicrophoneUplink({ deviceRate: 48_000 });
    uplink.push(NOISE, (packet) => expected.push(packet));
    uplink.flush((packet) => expected.push(packet));
    expect(packets).toEqual(expected);
    const spoken = await through(packets, speakerDownlinkStage({ deviceRate: 48_000 }));
    expect(spoken.reduce((sum, { length }) => sum + length, 0)).toBeGreaterThan(packets.length * 960);
    const phone = await through(packets, phoneDownlinkStage());
    const back = await through(phone, phoneUplinkStage());
    expect(back.join('').length).toBeGreaterThan(packets.length * 1280);
  });

  it('fails with the error of malformed text, and gives the memory back', async () => {
    const stage = counted(speakerDownlinkStage({ deviceRate: 48_000 }));
    await expect(through(['AAAA!AAA'], stage)).rejects.toMatchObject({ code: 'ERR_BASE64' });
    expect(stage.freed).toBe(true);
  });

  it('gives the memory back when its reader gives up', async () => {
    const stage = counted(resamplerStage({ inputRate: 48_000, outputRate: 24_000 }));
    await audioStream(stage).readable.cancel('enough');
    expect(stage.freed).toBe(true);
  });
});

describe('a Node stream', () => {
  it('resamples PCM16 bytes that are cut anywhere', async () => {
    const bytes = Buffer.from(bytesFromPcm16(PCM16));
    const cuts = [0, 1, 2, 5, 1000, 1001, 1001, 7777, bytes.length];
    const pieces = cuts.slice(1).map((end, i) => bytes.subarray(cuts[i], end));
    const stage = counted(pcm16ResamplerStage({ inputRate: 48_000, outputRate: 24_000 }));
    const transform = audioTransform(stage, { takesBytes: true, emitsBytes: true });
    const outputs: Buffer[] = [];
    await pipeline(Readable.from(pieces, { objectMode: false }), transform, async (source: AsyncIterable<Buffer>) => {
      for await (const output of source) outputs.push(output);
    });
    const resampler = new Resampler({ inputRate: 48_000, outputRate: 24_000 });
    const floats = [...resampler.process(floatFromPcm16(PCM16)).slice(), ...resampler.flush()];
    const expected = Buffer.from(bytesFromPcm16(pcm16FromFloat(Float32Array.from(floats))));
    expect(Buffer.compare(Buffer.concat(outputs), expected)).toBe(0);
    expect(stage.freed).toBe(true);
  });

  it('carries packets of text as objects', async () => {
    const packet = encodeBase64(bytesFromPcm16(PCM16.subarray(0, 480)));
    const outputs: Float32Array[] = [];
    await pipeline(
      [packet, packet],
      audioTransform(speakerDownlinkStage({ deviceRate: 24_000 })),
      async (source: AsyncIterable<Float32Array>) => {
        for await (const output of source) outputs.push(output);
      },
    );
    expect(outputs).toEqual([NOISE, NOISE].map(() => floatFromPcm16(PCM16.subarray(0, 480))));
  });

  it('is destroyed by the error of malformed text, and gives the memory back', async () => {
    const stage = counted(phoneUplinkStage());
    await expect(
      pipeline(['A'], audioTransform(stage), async (source) => {
        for await (const _ of source) expect.unreachable();
      }),
    ).rejects.toMatchObject({ code: 'ERR_BASE64' });
    expect(stage.freed).toBe(true);
  });
});
