import wavefile from 'wavefile';
import { decodeMulaw, floatFromPcm16, pcm16FromFloat, Resampler } from '../../audio/index.ts';

/** Reads a mono WAV file of any supported rate, PCM16 or µ-law, as PCM16 at `sampleRate`. */
export function readSpeech(file: Uint8Array, sampleRate: number): Int16Array {
  const wav = new wavefile.WaveFile(file);
  const { sampleRate: fileRate } = wav.fmt as { sampleRate: number };
  const samples =
    wav.bitDepth === '8m'
      ? decodeMulaw(Uint8Array.from(wav.getSamples(false, Uint8Array)))
      : Int16Array.from(wav.getSamples(false, Int16Array));
  return fileRate === sampleRate ? samples : resample(samples, fileRate, sampleRate);
}

function resample(samples: Int16Array<ArrayBuffer>, inputRate: number, outputRate: number): Int16Array {
  const resampler = new Resampler({ inputRate, outputRate });
  const body = resampler.process(floatFromPcm16(samples)).slice();
  const tail = resampler.flush();
  const resampled = new Float32Array(body.length + tail.length);
  resampled.set(body);
  resampled.set(tail, body.length);
  resampler.free();
  return pcm16FromFloat(resampled);
}

/** A growing stereo recording: the user on the left, the agent as heard on the right. */
export class StereoRecording {
  #frames = 0;
  readonly #left: Int16Array;
  readonly #right: Int16Array;
  readonly #quantum: Int16Array<ArrayBuffer>;

  constructor(capacityFrames: number, quantumFrames: number) {
    this.#left = new Int16Array(capacityFrames);
    this.#right = new Int16Array(capacityFrames);
    this.#quantum = new Int16Array(quantumFrames);
  }

  writeLeft(samples: Int16Array, startFrame: number): void {
    this.#write(this.#left, samples, startFrame);
  }

  writeRight(quantum: Float32Array, startFrame: number): void {
    this.#write(this.#right, pcm16FromFloat(quantum, this.#quantum), startFrame);
  }

  /** The recording as a WAV file. */
  toFile(sampleRate: number): Uint8Array {
    const wav = new wavefile.WaveFile();
    wav.fromScratch(2, sampleRate, '16', [this.#left.subarray(0, this.#frames), this.#right.subarray(0, this.#frames)]);
    return wav.toBuffer();
  }

  #write(channel: Int16Array, samples: Int16Array, startFrame: number): void {
    channel.set(samples, startFrame);
    this.#frames = Math.max(this.#frames, startFrame + samples.length);
  }
}
