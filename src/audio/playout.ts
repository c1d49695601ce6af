import { AudioError } from '../errors.ts';
import { Kernel } from '../wasm/kernel.ts';
import { type PlayoutExports, playoutModule } from '../wasm/playout-module.ts';
import { checkSampleRate, WIRE_SAMPLE_RATE } from './format.ts';
import { Level } from './level.ts';
import { noStats, type PlayoutStats } from './playout-stats.ts';

/** Handles that can be unfinished at once. */
export const PLAYOUT_HANDLES = 64;

/** What `Playout.write` returns for frames that will never be played: drop them. */
export const REFUSED = -1;

const DEFAULT_CAPACITY_FRAMES = 1 << 22;
const MAX_CAPACITY_FRAMES = 1 << 28;
const DEFAULT_BLOCK_FRAMES = 4096;
const MAX_BLOCK_FRAMES = 65_536;
const STAGING_FRAMES = 16_384;
/** An adaptive playout keeps 100 ms behind what it plays, and needs some ahead of it, in seconds. */
const LEAST_ADAPTIVE_S = 0.5;
const REPORT_WORDS = 3;
/** Numbers that `locate` writes. */
const LOCATION_NUMBERS = 7;

/** Options of `Playout`. */
export interface PlayoutOptions {
  /** Rate of what is written, in Hz; default 24000. */
  readonly itemRate?: number;
  /** Rate of what is rendered, in Hz; default `itemRate`. */
  readonly outputRate?: number;
  /** Frames that the ring holds, a power of two; default 2²², which is 174.7 s at 24 kHz and 8 MB. */
  readonly capacityFrames?: number;
  /** Most frames that one `render` asks for; default 4096. */
  readonly maxBlockFrames?: number;
  /** Whether it may bend time and conceal what is missing, as a speaker wants it; default false, as a file does. */
  readonly isAdaptive?: boolean;
  /** Compiled audio core, for a thread that was handed one; default is the selected build. */
  readonly module?: WebAssembly.Module;
  /** Compiled playout module, likewise. */
  readonly playoutModule?: WebAssembly.Module;
}

/** How far one handle got, in frames at the item's rate. */
export interface HandlePosition {
  readonly handle: number;
  readonly renderedFrames: number;
  readonly receivedFrames: number;
}

/**
 * A queue of PCM16 items that is rendered as float32 at any rate and knows to the frame what was rendered.
 *
 * Each item gets a handle. Rendered frames are those read from the queue less the delay of the resampler's filter; the
 * frames of an interrupt's fade count, those of a pause's fade don't, because they are rendered again after `resume`.
 * When audio is missing in mid-item the output is silent and the queue waits: nothing is lost or repeated, the last
 * output sample decays over 5 ms and what follows the gap rises over 5 ms (or a block, if that is shorter).
 *
 * The ring is bounded: `write` takes what fits, and the writer keeps the rest. Render thread and writer are the same
 * thread; across threads, messages carry the writes.
 */
export class Playout {
  readonly itemRate: number;
  readonly outputRate: number;
  readonly capacityFrames: number;
  /** Most frames that one `render` takes. */
  readonly maxBlockFrames: number;
  /** Level of what was rendered since its last `reset()`, fades and gain included. */
  readonly outputLevel: Level;
  readonly #stateAt: number;
  readonly #meterAt: number;
  readonly #stagingAt: number;
  readonly #outputAt: number;
  readonly #locationAt: number;
  readonly #location: Float64Array<ArrayBuffer>;
  #ownKernel: Kernel | null;
  readonly #exports: PlayoutExports;
  #block: Float32Array<ArrayBuffer>;
  #renderedOutputFrames = 0;
  /** What was cancelled is in the ring until the next render. */
  #isInterrupted = false;

  constructor(options: PlayoutOptions = {}) {
    this.itemRate = checkSampleRate(options.itemRate ?? WIRE_SAMPLE_RATE);
    this.outputRate = checkSampleRate(options.outputRate ?? this.itemRate);
    this.capacityFrames = checkCapacity(options.capacityFrames ?? DEFAULT_CAPACITY_FRAMES);
    if (options.isAdaptive === true) checkHistory(this.capacityFrames, this.itemRate);
    this.maxBlockFrames = checkBlock(options.maxBlockFrames ?? DEFAULT_BLOCK_FRAMES);
    const { module, isAdaptive = false } = options;
    const code = options.playoutModule ?? playoutModule();
    const sizing = new Kernel({ pages: Kernel.pagesFor(0), module });
    const sizer = playoutExports(code, sizing);
    const stateBytes = sizer.playoutBytes(this.capacityFrames, this.itemRate, this.outputRate, Number(isAdaptive));
    const stagingBytes = Math.max(STAGING_FRAMES * 2, PLAYOUT_HANDLES * REPORT_WORDS * 4);
    const outputBytes = this.maxBlockFrames * 4;
    const meterBytes = sizing.exports.meterBytes();
    const locationBytes = LOCATION_NUMBERS * 8;
    const bytes = stateBytes + stagingBytes + outputBytes + meterBytes + locationBytes;
    const kernel = new Kernel({ pages: Kernel.pagesFor(bytes), module });
    this.#ownKernel = kernel;
    this.#stateAt = kernel.allocate(stateBytes);
    this.#stagingAt = kernel.allocate(stagingBytes);
    this.#outputAt = kernel.allocate(outputBytes);
    const meterAt = kernel.allocate(meterBytes);
    this.#locationAt = kernel.allocate(locationBytes);
    this.#location = kernel.f64.subarray(this.#locationAt / 8, this.#locationAt / 8 + LOCATION_NUMBERS);
    const liveKernel = (): Kernel => this.#kernel;
    this.#meterAt = meterAt;
    this.outputLevel = new Level({
      get kernel() {
        return liveKernel();
      },
      meterAt,
    });
    this.#block = kernel.f32.subarray(this.#outputAt / 4, this.#outputAt / 4);
    this.#exports = playoutExports(code, kernel);
    this.#exports.playoutInit(this.#stateAt, this.capacityFrames, this.itemRate, this.outputRate, Number(isAdaptive));
  }

  /**
   * Starts the next item and returns its handle: 1, 2, 3 …; `null` while `PLAYOUT_HANDLES` are unfinished or the report
   * of cancelled ones was not taken. Items follow each other without a break, so this ends the previous one.
   */
  open(): number | null {
    const handle = this.#live.playoutOpen(this.#stateAt);
    return handle === 0 ? null : handle;
  }

  /**
   * Copies as many of the first `frames` samples as the ring has room for and returns their number; the caller keeps the
   * rest and writes it later. Returns `REFUSED`, and counts the frames, if the handle is unknown, ended or cancelled.
   */
  write(handle: number, samples: Int16Array, frames: number = samples.length): number {
    const exports = this.#live;
    const { i16 } = this.#kernel;
    let accepted = 0;
    const bufferedFrames = this.#isInterrupted ? 0 : exports.playoutBufferedFrames(this.#stateAt);
    do {
      // A view would be garbage on the render thread, and packets are short.
      const isShort = samples.length <= STAGING_FRAMES;
      const slice = isShort ? samples : samples.subarray(accepted, Math.min(frames, accepted + STAGING_FRAMES));
      const sliceFrames = isShort ? frames : slice.length;
      i16.set(slice, this.#stagingAt / 2);
      const taken = exports.playoutWrite(this.#stateAt, handle, this.#stagingAt, sliceFrames);
      if (taken === REFUSED) {
        // Refused writes read no sample, so the rest can be counted at once.
        exports.playoutWrite(this.#stateAt, handle, this.#stagingAt, frames - sliceFrames);
        return REFUSED;
      }
      accepted += taken;
      if (taken < sliceFrames) break;
    } while (accepted < frames);
    exports.playoutArrived(this.#stateAt, handle, accepted, bufferedFrames);
    return accepted;
  }

  /** No more frames follow for this handle, so that silence after it is not an underrun. */
  end(handle: number): void {
    this.#live.playoutEnd(this.#stateAt, handle);
  }

  /** Fills `output` with the next frames. Allocates nothing as long as the length stays the same. */
  render(output: Float32Array): void {
    const frames = output.length;
    if (frames === 0) return;
    if (frames > this.maxBlockFrames) {
      throw new AudioError(
        `render takes at most ${this.maxBlockFrames} frames, got ${frames}; split the block or raise maxBlockFrames`,
        { code: 'ERR_BLOCK_SIZE' },
      );
    }
    if (this.#block.length !== frames)
      this.#block = this.#kernel.f32.subarray(this.#outputAt / 4, this.#outputAt / 4 + frames);
    this.#renderedOutputFrames += frames;
    this.#live.playoutRender(this.#stateAt, this.#outputAt, frames);
    this.#isInterrupted = false;
    this.#kernel.exports.meterFloat(this.#meterAt, this.#outputAt, frames);
    output.set(this.#block);
  }

  /**
   * Cancels everything written so far, now: writes to those handles are refused from here on. The next `render` fades
   * within its block, after which the report can be taken. Handles opened after this call sound from the render after
   * that. Paused, it is the end of the pause, and the positions are those of the pause; ducked, what follows is not.
   */
  interrupt(): void {
    this.#isInterrupted = true;
    this.#live.playoutInterrupt(this.#stateAt);
  }

  /** Fades within the next `render` and holds the position where that fade began. */
  pause(): void {
    this.#live.playoutPause(this.#stateAt);
  }

  /** Continues from the position of the pause, rising from silence. */
  resume(): void {
    this.#live.playoutResume(this.#stateAt);
  }

  /**
   * Turns the output down by `gainDb`, at most 0 dB, along a straight ramp of 20 ms or less, and plays on. An interrupt
   * is the end of it. Throws `ERR_GAIN` for a gain above 0 dB or none at all.
   */
  duck(gainDb: number): void {
    if (!(gainDb <= 0)) {
      throw new AudioError(`gainDb must be a number of decibels, at most 0, got ${gainDb}`, { code: 'ERR_GAIN' });
    }
    this.#live.playoutDuck(this.#stateAt, 10 ** (gainDb / 20));
  }

  /** Turns the output up again, along the same kind of ramp. */
  unduck(): void {
    this.#live.playoutDuck(this.#stateAt, 1);
  }

  /** The handle being rendered: every earlier one is finished, no later one has begun. 0 before the first. */
  get currentHandle(): number {
    return this.#live.playoutCursor(this.#stateAt);
  }

  /**
   * Frames of the handle rendered so far; never decreases. Throws `ERR_PLAYOUT_HANDLE` for a handle not known any more.
   */
  renderedFrames(handle: number): number {
    return known(handle, this.#live.playoutRenderedFrames(this.#stateAt, handle));
  }

  /**
   * What is audible now, `latencyFrames` output frames after it was rendered: the device's latency at `outputRate`. For
   * captions and meters; what was rendered will be heard. Before anything was opened, handle 0. Allocates one object.
   */
  heard(latencyFrames: number): { readonly handle: number; readonly frames: number } {
    const exports = this.#live;
    const { i32 } = this.#kernel;
    exports.playoutHeardAt(this.#stateAt, this.#renderedOutputFrames - latencyFrames, this.#stagingAt);
    const at = this.#stagingAt / 4;
    return { handle: i32[at] ?? 0, frames: i32[at + 1] ?? 0 };
  }

  /** Frames in the ring. */
  get bufferedFrames(): number {
    return this.#live.playoutBufferedFrames(this.#stateAt);
  }

  /**
   * For a render thread, all there is to tell in one go: writes `currentHandle`, its rendered frames, `bufferedFrames`, underrun
   * events, concealed frames, the target delay in milliseconds and the mean square of the output since the last call into
   * `numbers` from index `at` on, and resets `outputLevel`. Returns whether audio has moved since then or the level is another.
   * Allocates nothing, not even a number.
   */
  locate(numbers: Float64Array, at: number): boolean {
    const hasMoved = this.#live.playoutLocate(this.#stateAt, this.#meterAt, this.#locationAt);
    numbers.set(this.#location, at);
    return hasMoved !== 0;
  }

  /** Frames of the handle accepted so far. Throws `ERR_PLAYOUT_HANDLE` for a handle not known any more. */
  receivedFrames(handle: number): number {
    return known(handle, this.#live.playoutReceivedFrames(this.#stateAt, handle));
  }

  /**
   * Every handle that was cancelled since the last report, in queue order; `null` if no interrupt was completed since.
   */
  takeInterruptReport(): readonly HandlePosition[] | null {
    const count = this.#live.playoutTakeReport(this.#stateAt, this.#stagingAt);
    return count < 0 ? null : this.#reportOf(count);
  }

  /** By itself: a closure costs its memory wherever a function that has one begins, which would be in each quantum. */
  #reportOf(count: number): readonly HandlePosition[] {
    const { i32 } = this.#kernel;
    return Array.from({ length: count }, (_, i) => {
      const at = this.#stagingAt / 4 + i * REPORT_WORDS;
      return { handle: i32[at] ?? 0, renderedFrames: i32[at + 1] ?? 0, receivedFrames: i32[at + 2] ?? 0 };
    });
  }

  /** The counters, in a new object. */
  get stats(): PlayoutStats {
    return this.copyStats(noStats());
  }

  /** Writes the counters into the caller's object and returns it. */
  copyStats(into: PlayoutStats): PlayoutStats {
    const { f64 } = this.#kernel;
    this.#live.playoutStats(this.#stateAt, this.#stagingAt);
    const at = this.#stagingAt / 8;
    into.underrunEvents = f64[at] ?? 0;
    into.underrunFrames = f64[at + 1] ?? 0;
    into.refusedFrames = f64[at + 2] ?? 0;
    into.bufferedFrames = f64[at + 3] ?? 0;
    into.concealmentEvents = f64[at + 4] ?? 0;
    into.concealedFrames = f64[at + 5] ?? 0;
    into.insertedFrames = f64[at + 6] ?? 0;
    into.removedFrames = f64[at + 7] ?? 0;
    into.targetDelayMs = f64[at + 8] ?? 0;
    into.emittedFrames = f64[at + 9] ?? 0;
    into.bufferDelayS = f64[at + 10] ?? 0;
    into.bufferTargetDelayS = f64[at + 11] ?? 0;
    into.interruptionEvents = f64[at + 12] ?? 0;
    into.interruptionFrames = f64[at + 13] ?? 0;
    return into;
  }

  /** Lets go of the memory, which is the ring for the most part; the other methods throw `ERR_AUDIO_MEMORY` afterwards. */
  free(): void {
    this.#ownKernel = null;
    this.#block = new Float32Array(0);
  }

  /** The same as `free()`, at the end of a `using` declaration's block. */
  [Symbol.dispose](): void {
    this.free();
  }

  get #live(): PlayoutExports {
    return this.#ownKernel === null ? this.#freed() : this.#exports;
  }

  get #kernel(): Kernel {
    return this.#ownKernel ?? this.#freed();
  }

  #freed(): never {
    throw new AudioError('the playout has been freed; construct a new one', { code: 'ERR_AUDIO_MEMORY' });
  }
}

/** The playout module at work in the kernel's memory, with the kernel's own functions. */
function playoutExports(module: WebAssembly.Module, kernel: Kernel): PlayoutExports {
  const imports = { env: { memory: kernel.memory }, core: { ...kernel.exports } };
  return new WebAssembly.Instance(module, imports).exports as unknown as PlayoutExports;
}

function known(handle: number, frames: number): number {
  if (frames >= 0) return frames;
  throw new AudioError(`handle ${handle} was not opened here, or finished ${PLAYOUT_HANDLES} handles ago`, {
    code: 'ERR_PLAYOUT_HANDLE',
  });
}

function checkCapacity(frames: number): number {
  const isPowerOfTwo =
    Number.isInteger(frames) && frames > 0 && frames <= MAX_CAPACITY_FRAMES && (frames & (frames - 1)) === 0;
  if (isPowerOfTwo) return frames;
  throw new AudioError(`capacityFrames must be a power of two, at most ${MAX_CAPACITY_FRAMES}, got ${frames}`, {
    code: 'ERR_BUFFER_SIZE',
  });
}

function checkHistory(capacityFrames: number, itemRate: number): void {
  const leastFrames = Math.ceil(itemRate * LEAST_ADAPTIVE_S);
  if (capacityFrames >= leastFrames) return;
  throw new AudioError(
    `an adaptive playout needs capacityFrames of at least ${leastFrames} at ${itemRate} Hz, got ${capacityFrames}`,
    { code: 'ERR_BUFFER_SIZE' },
  );
}

function checkBlock(frames: number): number {
  if (Number.isInteger(frames) && frames >= 1 && frames <= MAX_BLOCK_FRAMES) return frames;
  throw new AudioError(`maxBlockFrames must be a whole number of frames, 1 to ${MAX_BLOCK_FRAMES}, got ${frames}`, {
    code: 'ERR_BLOCK_SIZE',
  });
}
