import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { BargeinError } from '../errors.ts';
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

  /**
   * Rejects with `ERR_WIRE_LOG` when the file can't be made.
   * @param onLost Told when writing fails later, the disk being full for instance; the log ends there.
   */
  static async open(path: string, onLost: (error: Error) => void): Promise<WireLog> {
    const file = createWriteStream(path, { mode: 0o600 });
    try {
      await once(file, 'open');
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new BargeinError(`can't record to ${path}: ${reason}`, { code: 'ERR_WIRE_LOG', cause });
    }
    file.on('error', onLost);
    return new WireLog(file);
  }

  readonly tap: RealtimeServerTap = (direction, event, atMs, { sessionId, bytes }) => {
    this.#beganAtMs ??= atMs;
    const line: WireLogLine = { atMs: atMs - this.#beganAtMs, direction, session: sessionId, bytes, event };
    this.#file.write(`${JSON.stringify(line)}\n`);
  };

  async close(): Promise<void> {
    if (this.#file.closed) return;
    this.#file.end();
    await once(this.#file, 'close');
  }
}
