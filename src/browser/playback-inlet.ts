// Render thread's end of the rings that commands come by, beside the port.

import type { Playout } from '../audio/playout.ts';
import type { WriteQueue } from '../audio/write-queue.ts';
import {
  DUCK,
  END,
  INTERRUPT,
  OPEN,
  PAUSE,
  type PlaybackMemory,
  PlaybackRecord,
  RESUME,
  WRITE,
} from './playback-records.ts';
import { SharedRing } from '../audio/shared-ring.ts';

/** Records that are obeyed in one quantum, so that many short ones are bounded work as well. */
const QUANTUM_RECORDS = 32;

/** Takes commands out of shared memory, in each quantum as many as it has time for. Allocates nothing. */
export class PlaybackInlet {
  /** Of the newest interrupt that was obeyed. */
  interruptNumber = 0;
  readonly #playout: Playout;
  readonly #writes: WriteQueue;
  readonly #controls: SharedRing;
  readonly #control: PlaybackRecord = PlaybackRecord.ofNumbers(3);
  readonly #audio: SharedRing;
  readonly #record: PlaybackRecord = PlaybackRecord.ofAudio();

  constructor(memory: PlaybackMemory, playout: Playout, writes: WriteQueue) {
    this.#playout = playout;
    this.#writes = writes;
    this.#controls = new SharedRing(memory.controls);
    this.#audio = new SharedRing(memory.audio);
  }

  /** Obeys what has come; to be called before each render. */
  take(): void {
    // Before the controls are: audio that was pushed behind an interrupt may not be taken in front of it.
    const { mark } = this.#audio;
    while (this.#controls.pull(this.#control.bytes) >= 0) this.#obey();
    for (let i = 0; i < QUANTUM_RECORDS; i++) {
      const bytes = this.#audio.peek(mark);
      if (bytes < 0) return;
      const frames = PlaybackRecord.audioFrames(bytes);
      if (!this.#writes.hasTimeFor(frames)) return;
      this.#audio.pull(this.#record.bytes, mark);
      this.#hear(frames);
    }
  }

  #obey(): void {
    const { numbers } = this.#control;
    const kind = numbers[0];
    const first = numbers[1] ?? 0;
    const playout = this.#playout;
    if (kind === INTERRUPT) this.#interrupt(first, numbers[2] ?? 0);
    else if (kind === PAUSE) playout.pause();
    else if (kind === RESUME) playout.resume();
    else if (kind === DUCK) playout.duck(first);
    else playout.unduck();
  }

  #interrupt(number: number, newestHandle: number): void {
    this.interruptNumber = number;
    this.#audio.dropVoid();
    this.#writes.openUpTo(newestHandle);
    this.#playout.interrupt();
  }

  #hear(frames: number): void {
    const { words, samples } = this.#record;
    const kind = words[0];
    const handle = words[1] ?? 0;
    if (kind === WRITE) this.#writes.writeNow(handle, samples, frames);
    else if (kind === OPEN) this.#writes.add({ type: 'open', handle });
    else if (kind === END) this.#writes.add({ type: 'end', handle });
  }
}
