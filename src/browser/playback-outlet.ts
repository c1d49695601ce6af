// Page's end of the rings to and from the playback worklet.

import type { HandlePosition } from '../audio/playout.ts';
import {
  AUDIO_BYTES,
  CONTROLS_BYTES,
  DUCK,
  END,
  EVENTS_BYTES,
  HANDLE_NUMBERS,
  INTERRUPT,
  MOST_REPORT_NUMBERS,
  OPEN,
  PAUSE,
  type PlaybackMemory,
  PlaybackRecord,
  POSITION,
  positionOf,
  RECORD_FRAMES,
  REPORT_HEADER_NUMBERS,
  RESUME,
  UNDUCK,
  WRITE,
} from './playback-records.ts';
import { RingReceiver } from './ring-receiver.ts';
import { RingSender } from './ring-sender.ts';
import { SharedRing } from '../audio/shared-ring.ts';
import type { PlaybackCommand, PlaybackEvent } from './worklet-messages.ts';

/** A command that goes through shared memory. */
export type SharedCommand = Exclude<PlaybackCommand, { readonly type: 'watch' | 'release' | 'locate' | 'close' }>;

/** Sends commands through shared memory, and receives what the worklet tells in turn. */
export class PlaybackOutlet {
  readonly memory: PlaybackMemory;
  readonly #controls: RingSender;
  readonly #audio: RingSender;
  readonly #record: PlaybackRecord = PlaybackRecord.ofAudio();
  readonly #control: PlaybackRecord = PlaybackRecord.ofNumbers(3);
  readonly #events: RingReceiver;
  readonly #event: PlaybackRecord = PlaybackRecord.ofNumbers(MOST_REPORT_NUMBERS);
  /** Interrupts that are not answered yet; the first one's number is `#answered + 1`. */
  readonly #interruptIds: string[] = [];
  #answered = 0;
  #newestHandle = 0;

  constructor(onEvent: (event: PlaybackEvent) => void) {
    this.memory = {
      controls: SharedRing.memoryFor(CONTROLS_BYTES),
      audio: SharedRing.memoryFor(AUDIO_BYTES),
      events: SharedRing.memoryFor(EVENTS_BYTES),
    };
    this.#controls = new RingSender(new SharedRing(this.memory.controls));
    this.#audio = new RingSender(new SharedRing(this.memory.audio));
    this.#events = new RingReceiver({
      ring: new SharedRing(this.memory.events),
      record: this.#event.bytes,
      onRecord: (bytes) => onEvent(this.#read(bytes)),
    });
  }

  post(command: SharedCommand): void {
    switch (command.type) {
      case 'open':
        this.#newestHandle = command.handle;
        this.#send(OPEN, command.handle);
        break;
      case 'write':
        this.#write(command.handle, command.samples);
        break;
      case 'end':
        this.#send(END, command.handle);
        break;
      case 'interrupt':
        this.#interruptIds.push(command.interruptId);
        // First, or the worklet might obey the interrupt and then play what it cancels.
        this.#audio.clear();
        this.#tell(INTERRUPT, this.#answered + this.#interruptIds.length, this.#newestHandle);
        break;
      case 'pause':
        this.#tell(PAUSE);
        break;
      case 'resume':
        this.#tell(RESUME);
        break;
      case 'duck':
        this.#tell(DUCK, command.gainDb);
        break;
      case 'unduck':
        this.#tell(UNDUCK);
    }
  }

  close(): void {
    this.#controls.close();
    this.#audio.close();
    this.#events.close();
  }

  #write(handle: number, samples: Int16Array): void {
    for (let at = 0; at < samples.length; at += RECORD_FRAMES) {
      const part = samples.subarray(at, at + RECORD_FRAMES);
      this.#record.samples.set(part);
      this.#send(WRITE, handle, part.length);
    }
  }

  #send(kind: number, handle: number, frames = 0): void {
    const { words, bytes } = this.#record;
    words[0] = kind;
    words[1] = handle;
    this.#audio.send(bytes, 0, PlaybackRecord.audioBytes(frames));
  }

  #tell(kind: number, first = 0, second = 0): void {
    const { numbers, bytes } = this.#control;
    numbers[0] = kind;
    numbers[1] = first;
    numbers[2] = second;
    this.#controls.send(bytes);
  }

  #read(bytes: number): PlaybackEvent {
    const { numbers } = this.#event;
    const at = (index: number): number => numbers[index] ?? 0;
    if (at(0) === POSITION) return positionOf(numbers);
    const items: HandlePosition[] = [];
    for (let i = REPORT_HEADER_NUMBERS; PlaybackRecord.numberBytes(i) < bytes; i += HANDLE_NUMBERS) {
      items.push({ handle: at(i), renderedFrames: at(i + 1), receivedFrames: at(i + 2) });
    }
    return { type: 'report', interruptId: this.#answer(at(1)), items, contextFrame: at(2) };
  }

  /** The id of the interrupt with this number, which answers earlier ones too. */
  #answer(number: number): string {
    const answered = this.#interruptIds.splice(0, number - this.#answered);
    this.#answered = number;
    return answered.at(-1) ?? '';
  }
}
