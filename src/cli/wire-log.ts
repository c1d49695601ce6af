import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import type { RealtimeServerTap } from '../server/index.ts';

/** One line of a wire log: JSON, one event a line, in the order of the wire. */
export interface WireLogLine {
  /** Milliseconds since the log began. */
  readonly atMs: number;
  /** `in` came from the client, `out` went to it. */
  readonly direction: 'in' | 'out';
  readonly session: string;
  /** Size of the frame. */
  readonly bytes: number;
  readonly event: Readonly<Record<string, unknown>>;
}

/** Writes everything that goes over the wire to a file, for `replay` and for bug reports. */
export class WireLog {
  readonly #file: ReturnType<typeof createWriteStream>;
  #beganAtMs: number | null = null;

  /** Only the user may read it: it has the whole conversation in it, audio included. */
  private constructor(file: ReturnType<typeof createWriteStream>) {
    this.#file = file;
  }

  /** Rejects when the file can't be written. */
  static async open(path: string): Promise<WireLog> {
    const file = createWriteStream(path, { mode: 0o600 });
    await once(file, 'open');
    return new WireLog(file);
  }

  readonly tap: RealtimeServerTap = (direction, event, atMs, { sessionId, bytes }) => {
    this.#beganAtMs ??= atMs;
    const line: WireLogLine = { atMs: atMs - this.#beganAtMs, direction, session: sessionId, bytes, event };
    this.#file.write(`${JSON.stringify(line)}\n`);
  };

  async close(): Promise<void> {
    this.#file.end();
    await once(this.#file, 'close');
  }
}
