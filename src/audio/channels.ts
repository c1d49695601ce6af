import { AudioError } from '../errors.ts';
import { fitOutput } from './format.ts';

/** Samples of one channel, or of several that take turns. */
export type Samples = Float32Array<ArrayBuffer> | Int16Array<ArrayBuffer>;

/** One sample of each channel after the other. Channels have one length; writes into `output` if given. */
export function interleave<T extends Samples>(channels: readonly T[], output?: T): T {
  const frames = lengthOf(channels);
  const count = channels.length;
  const samples = fitOutput<Samples>(output ?? sameKind(channels[0], count * frames), count * frames);
  for (const [index, channel] of channels.entries()) {
    for (let frame = 0, at = index; frame < frames; frame++, at += count) samples[at] = channel[frame] ?? 0;
  }
  return samples as T;
}

/** The channels of interleaved samples, which must be whole frames. Writes into `outputs` if given. */
export function deinterleave<T extends Samples>(samples: T, channelCount: number, outputs?: readonly T[]): T[] {
  const frames = framesOf(samples, channelCount);
  if (outputs !== undefined && outputs.length !== channelCount) {
    throw new AudioError(`${channelCount} channels need as many outputs, got ${outputs.length}`, {
      code: 'ERR_CHANNELS',
    });
  }
  return Array.from({ length: channelCount }, (_, index) => {
    const channel = fitOutput<Samples>(outputs?.[index] ?? sameKind(samples, frames), frames);
    for (let frame = 0, at = index; frame < frames; frame++, at += channelCount) channel[frame] = samples[at] ?? 0;
    return channel as T;
  });
}

/** The mean of the channels of interleaved samples, which can't clip; PCM16 is rounded. Writes into `output` if given. */
export function downMix<T extends Samples>(samples: T, channelCount: number, output?: T): T {
  const frames = framesOf(samples, channelCount);
  const mono = fitOutput<Samples>(output ?? sameKind(samples, frames), frames);
  const isPcm16 = mono instanceof Int16Array;
  for (let frame = 0, at = 0; frame < frames; frame++) {
    let sum = 0;
    for (const end = at + channelCount; at < end; at++) sum += samples[at] ?? 0;
    const mean = sum / channelCount;
    mono[frame] = isPcm16 ? Math.round(mean) : mean;
  }
  return mono as T;
}

function sameKind(like: Samples | undefined, length: number): Samples {
  return like instanceof Int16Array ? new Int16Array(length) : new Float32Array(length);
}

function lengthOf(channels: readonly Samples[]): number {
  const frames = channels[0]?.length ?? 0;
  if (channels.length > 0 && channels.every(({ length }) => length === frames)) return frames;
  const lengths = channels.map(({ length }) => length).join(', ');
  throw new AudioError(`channels must be at least one and of one length, got ${lengths || 'none'}`, {
    code: 'ERR_CHANNELS',
  });
}

function framesOf({ length }: Samples, channelCount: number): number {
  const frames = length / channelCount;
  if (Number.isInteger(channelCount) && channelCount > 0 && Number.isInteger(frames)) return frames;
  throw new AudioError(`${length} samples are not whole frames of ${channelCount} channels`, { code: 'ERR_CHANNELS' });
}
