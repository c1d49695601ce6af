import wavefile from 'wavefile';
import { pcm16FromFloat, resampleClip } from '../../audio/index.ts';
import { readWav } from '../../server/wav.ts';

/** Reads a mono WAV file of any supported rate, PCM16 or µ-law, as PCM16 at `sampleRate`. */
export function readSpeech(file: Uint8Array, sampleRate: number): Int16Array {
  const speech = readWav(file);
  return resampleClip(speech.samples, speech.sampleRate, sampleRate);
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
