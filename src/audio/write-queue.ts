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
    const rest = samples.length - this.#writtenFrames;
    const part = rest <= this.#leftFrames && this.#writtenFrames === 0 ? samples : this.#partOf(samples);
    const accepted = this.#playout.write(handle, part);
    this.#leftFrames -= part.length;
    // Late audio of a cancelled handle is counted, and nothing to tell; audio that does not fit was sent too early.
    const isRefused = accepted < part.length;
    if (isRefused && accepted !== REFUSED) {
      this.#onRefused('ERR_BUFFER_SIZE', `write: ${rest - accepted} frames of handle ${handle} did not fit`);
    }
    this.#writtenFrames += part.length;
    if (this.#writtenFrames < samples.length && !isRefused) return false;
    this.#writtenFrames = 0;
    return true;
  }

  #partOf(samples: Int16Array): Int16Array {
    return samples.subarray(this.#writtenFrames, this.#writtenFrames + this.#leftFrames);
  }
}
