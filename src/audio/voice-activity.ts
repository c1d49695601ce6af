import { AudioError } from '../errors.ts';
import { alignVector } from '../wasm/kernel.ts';
import { PACKET_MS, packetFrames } from './format.ts';
import { Allocation, kernelFor } from './kernels.ts';

/** Parameters of voice activity detection; times are rounded up to whole packets. */
export interface VoiceActivityOptions {
  /** Hz, 8000…192000. */
  readonly sampleRate: number;
  /** Length of each packet, 1000 at most; default 20. */
  readonly packetMs?: number;
  /** How far above the noise floor speech begins; default 12. It goes on down to 6 dB less. */
  readonly thresholdDb?: number;
  /** Least level of speech in dBFS, whatever the noise floor; default −50. */
  readonly gateDb?: number;
  /** Sound that long is speech, shorter is a click; default 40. */
  readonly onsetMs?: number;
  /** Silence that long ends speech; default 500. */
  readonly silenceMs?: number;
  /** Padding that the reported start lies before the first sound; default 300. */
  readonly prefixMs?: number;
}

/** What a packet did: `started` and `stopped` are reported once, at the packet that decided it. */
export type VoiceActivityDecision = 'silence' | 'started' | 'speaking' | 'stopped';

/** The noise floor is the least level of the last three to four of these. */
const FLOOR_SPAN_MS = 800;

/** In the order of the constants of `assembly/voice-activity.ts`. */
const DECISIONS: readonly VoiceActivityDecision[] = ['silence', 'started', 'speaking', 'stopped'];

/** Finds speech by its energy over an adaptive noise floor, one decision a packet, from the samples alone. */
export class VoiceActivity {
  /** Frames that each packet must have. */
  readonly packetFrames: number;
  readonly #memory: Allocation;
  readonly #packetBytes: number;
  readonly #init: readonly [ratio: number, gate: number, onset: number, silence: number, prefix: number, span: number];

  constructor(options: VoiceActivityOptions) {
    const packetMs = options.packetMs ?? PACKET_MS;
    this.packetFrames = packetFrames(options.sampleRate, packetMs);
    this.#init = [
      powerFromDb(within('thresholdDb', options.thresholdDb ?? 12, 0, 60)),
      powerFromDb(within('gateDb', options.gateDb ?? -50, -90, 0)),
      Math.max(1, Math.ceil(within('onsetMs', options.onsetMs ?? 40, 0, 1000) / packetMs)),
      Math.max(1, Math.ceil(within('silenceMs', options.silenceMs ?? 500, 0, 60_000) / packetMs)),
      Math.ceil(within('prefixMs', options.prefixMs ?? 300, 0, 60_000) / packetMs),
      Math.max(1, Math.round(FLOOR_SPAN_MS / packetMs)),
    ];
    this.#packetBytes = alignVector(this.packetFrames * Int16Array.BYTES_PER_ELEMENT);
    const stateBytes = kernelFor(0).exports.voiceActivityBytes();
    this.#memory = new Allocation('the voice activity detector', this.#packetBytes + stateBytes);
    this.reset();
  }

  /** Decides on the next packet. Throws `ERR_BLOCK_SIZE` when it does not have `packetFrames` samples. */
  push(packet: Int16Array): VoiceActivityDecision {
    if (packet.length !== this.packetFrames) {
      throw new AudioError(
        `voice activity takes packets of ${this.packetFrames} frames, got ${packet.length}; use a Packetizer`,
        {
          code: 'ERR_BLOCK_SIZE',
        },
      );
    }
    const { exports, i16 } = this.#memory.kernel;
    const packetAt = this.#memory.address;
    i16.set(packet, packetAt >> 1);
    return DECISIONS[exports.voiceActivityPush(this.#stateAt, packetAt, packet.length)] ?? 'silence';
  }

  /** Where the newest speech begins, in frames from the first packet: padding included, never before the last stop. */
  get startFrame(): number {
    return this.#memory.kernel.exports.voiceActivityStart(this.#stateAt) * this.packetFrames;
  }

  /** Where the newest finished speech ends, in frames from the first packet: the silence that ended it included. */
  get stopFrame(): number {
    return this.#memory.kernel.exports.voiceActivityStop(this.#stateAt) * this.packetFrames;
  }

  /** Forgets everything heard, the noise floor too. */
  reset(): void {
    this.#memory.kernel.exports.voiceActivityInit(this.#stateAt, ...this.#init);
  }

  /** Gives the memory back; the other methods throw `ERR_AUDIO_MEMORY` afterwards. */
  free(): void {
    this.#memory.free();
  }

  /** The same as `free()`, at the end of a `using` declaration's block. */
  [Symbol.dispose](): void {
    this.free();
  }

  get #stateAt(): number {
    return this.#memory.address + this.#packetBytes;
  }
}

function powerFromDb(levelDb: number): number {
  return 10 ** (levelDb / 10);
}

function within(name: keyof VoiceActivityOptions, value: number, least: number, most: number): number {
  if (value >= least && value <= most) return value;
  throw new AudioError(`${name} must be ${least}…${most}, got ${value}`, { code: 'ERR_VOICE_ACTIVITY' });
}
