import { WIRE_SAMPLE_RATE } from '../../audio/format.ts';
import { recordCall, wavHeader, WAV_HEADER_BYTES } from '../../recording/index.ts';
import type { SessionFeature } from '../../shell/session-feature.ts';
import type { WireEntry } from './wire-entry.ts';

const STEREO_FRAME_BYTES = 4;
/** So much is moved into a Blob, which the browser may keep on disk, at a time. */
const PART_BYTES = 1 << 20;

/** Grows as a Blob instead of in the page's memory. */
class GrowingFile {
  #blob = new Blob();
  #parts: (Uint8Array<ArrayBuffer> | string)[] = [];
  #bytes = 0;

  get blob(): Blob {
    this.#blob = new Blob([this.#blob, ...this.#parts]);
    this.#parts = [];
    this.#bytes = 0;
    return this.#blob;
  }

  add(part: Uint8Array<ArrayBuffer> | string): void {
    this.#parts.push(part);
    this.#bytes += part.length;
    if (this.#bytes > PART_BYTES) void this.blob;
  }
}

/** What Save writes: the wire log, which `bargein replay` and this page read, and both sides as heard. */
export class SavedCall {
  readonly #log = new GrowingFile();
  readonly #sound = new GrowingFile();
  /** Hears the session. */
  readonly feature: SessionFeature = recordCall({ write: (bytes) => this.#sound.add(bytes) });

  log({ atMs, direction, event }: WireEntry, bytes: number): void {
    const from = direction === 'sent' ? 'in' : 'out';
    this.#log.add(`${JSON.stringify({ atMs, direction: from, session: 'console', bytes, event })}\n`);
  }

  files(): readonly { readonly name: string; readonly blob: Blob }[] {
    const sound = this.#sound.blob;
    const frames = Math.floor(Math.max(0, sound.size - WAV_HEADER_BYTES) / STEREO_FRAME_BYTES);
    const header = wavHeader({ sampleRate: WIRE_SAMPLE_RATE, channels: 2, frames });
    return [
      { name: 'call.jsonl', blob: this.#log.blob },
      { name: 'call.wav', blob: new Blob([header, sound.slice(WAV_HEADER_BYTES)], { type: 'audio/wav' }) },
    ];
  }
}
