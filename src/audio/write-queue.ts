// Render thread: everything in this file. A message can hold minutes of audio, and hundreds of messages can wait for their
// turn; copied as they come, they would make the next quantum late.
import { type Playout, REFUSED } from './playout.ts';

/** Frames that move into the ring in one quantum, in some hundredths of its time. */
export const QUANTUM_WRITE_FRAMES = 16_384;

/** What is obeyed in order, and may wait for it. */
export type QueuedCommand =
  | { readonly type: 'open'; readonly handle: number }
  | { readonly type: 'write'; readonly handle: number; readonly samples: Int16Array }
  | { readonly type: 'end'; readonly handle: number };

/** Writes to a playout as much as a quantum has time for, and the rest in the next ones. */
export class WriteQueue {
  readonly #playout: Playout;
  readonly #onRefused: (code: string, message: string) => void;
  readonly #waiting: QueuedCommand[] = [];
  /** Frames of the first that waits which are in the ring. */
  #writtenFrames = 0;
  #leftFrames: number = QUANTUM_WRITE_FRAMES;
  #newestHandle = 0;

  /** @param onRefused Told what was not obeyed, and why. */
  constructor(playout: Playout, onRefused: (code: string, message: string) => void) {
    this.#playout = playout;
    this.#onRefused = onRefused;
  }

  /** Obeys at once if nothing waits and the quantum has time for it. */
  add(command: QueuedCommand): void {
    if (this.#waiting.length > 0 || !this.#obey(command)) this.#waiting.push(command);
  }

  /** Whether `writeNow` may write as much, rather than wait for the next quantum. */
  hasTimeFor(frames: number): boolean {
    return this.#waiting.length === 0 && frames <= this.#leftFrames;
  }

  /** Writes the first `frames` of the samples, which are the caller's again afterwards. */
  writeNow(handle: number, samples: Int16Array, frames: number): void {
    this.#put(handle, samples, frames, frames);
  }

  /** Opens what was not yet opened, up to this handle: it was cancelled on its way, and is to be reported all the same. */
  openUpTo(handle: number): void {
    while (this.#newestHandle < handle && this.#playout.open() !== null) this.#newestHandle++;
  }

  /** Moves on what waits; to be called before each render. */
  advance(): void {
    this.#leftFrames = QUANTUM_WRITE_FRAMES;
    while (this.#waiting[0] !== undefined && this.#obey(this.#waiting[0])) this.#waiting.shift();
  }

  /** Drops the audio that waits. Its handles are opened, or the interrupt that follows would not report them. */
  drop(): void {
    for (const command of this.#waiting) if (command.type !== 'write') this.#obey(command);
    this.#waiting.length = 0;
    this.#writtenFrames = 0;
  }

  /** Whether the command is done with. */
  #obey(command: QueuedCommand): boolean {
    if (command.type === 'write') return this.#write(command.handle, command.samples);
    if (command.type === 'end') this.#playout.end(command.handle);
    else this.#open(command.handle);
    return true;
  }

  #open(handle: number): void {
    const expected = this.#newestHandle + 1;
    // A page that has lost count would write one item's audio under another's name.
    if (handle !== expected) this.#onRefused('ERR_PLAYOUT_HANDLE', `open: expected ${expected}, got ${handle}`);
    else if (this.#playout.open() === null)
      this.#onRefused('ERR_PLAYOUT_HANDLE', `open: too many handles are unfinished, ${handle} must wait`);
    else this.#newestHandle = handle;
  }

  #write(handle: number, samples: Int16Array): boolean {
    if (this.#leftFrames === 0) return false;
    const restFrames = samples.length - this.#writtenFrames;
    const part = restFrames <= this.#leftFrames && this.#writtenFrames === 0 ? samples : this.#partOf(samples);
    const isRefused = !this.#put(handle, part, part.length, restFrames);
    this.#writtenFrames += part.length;
    if (this.#writtenFrames < samples.length && !isRefused) return false;
    this.#writtenFrames = 0;
    return true;
  }

  /** Writes a part of the `restFrames` that are still to be written; whether all of the part was taken. */
  #put(handle: number, samples: Int16Array, frames: number, restFrames: number): boolean {
    const accepted = this.#playout.write(handle, samples, frames);
    this.#leftFrames -= frames;
    if (accepted === frames) return true;
    // Late audio of a cancelled handle is counted, and nothing to tell; audio that does not fit was sent too early.
    if (accepted !== REFUSED) {
      this.#onRefused('ERR_BUFFER_SIZE', `write: ${restFrames - accepted} frames of handle ${handle} did not fit`);
    }
    return false;
  }

  #partOf(samples: Int16Array): Int16Array {
    return samples.subarray(this.#writtenFrames, this.#writtenFrames + this.#leftFrames);
  }
}
