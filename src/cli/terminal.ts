import pc from 'picocolors';

const METER_CELLS = 12;
const FLOOR_DB = -60;

/** Where a command prints: lines for people or records for programs, and one status line that is redrawn on a terminal only. */
export interface Terminal {
  /** A line of standard output; not with `--json`. */
  line(text: string): void;
  /** One line of JSON on standard output; only with `--json`. */
  record(value: unknown): void;
  /** What goes on right now, on standard error. */
  status(text: string): void;
  /** Takes the status line away. */
  end(): void;
}

/** Where a terminal writes. */
export interface TerminalStreams {
  readonly out: Pick<NodeJS.WriteStream, 'write'>;
  readonly status: Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>;
}

/** The terminal of this process. Off a TTY the status line is left out, so that logs stay plain lines. */
export function openTerminal(
  isJson: boolean,
  { out, status }: TerminalStreams = { out: process.stdout, status: process.stderr },
): Terminal {
  let hasStatus = false;
  const clear = (): void => {
    if (hasStatus) status.write('\r\u001b[2K');
    hasStatus = false;
  };
  const write = (text: string): void => {
    clear();
    out.write(`${text}\n`);
  };
  return {
    line: (text) => (isJson ? undefined : write(text)),
    record: (value) => (isJson ? write(JSON.stringify(value)) : undefined),
    status(text) {
      if (!status.isTTY) return;
      clear();
      status.write(text.slice(0, (status.columns || 80) - 1));
      hasStatus = true;
    },
    end: clear,
  };
}

/** A level in dBFS as a bar, empty at -60 dBFS and full at 0. */
export function meterBar(levelDb: number): string {
  const share = Math.max(0, Math.min(1, 1 - levelDb / FLOOR_DB));
  const filled = Math.round(share * METER_CELLS);
  return '█'.repeat(filled) + '·'.repeat(METER_CELLS - filled);
}

const { NO_COLOR = '', FORCE_COLOR = '' } = process.env;

/** Colours on a terminal that has not asked for none; elsewhere only where they are asked for. */
export const paint: Pick<typeof pc, 'bold' | 'dim' | 'green' | 'red' | 'cyan' | 'yellow' | 'magenta'> = pc.createColors(
  NO_COLOR === '' && (process.stdout.isTTY || FORCE_COLOR !== ''),
);
