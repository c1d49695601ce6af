import pc from 'picocolors';

const METER_CELLS = 12;
const FLOOR_DB = -60;

/** Where a command prints: lines for everyone, and one status line that is redrawn on a terminal only. */
export interface Terminal {
  line(text: string): void;
  status(text: string): void;
  end(): void;
}

/** A terminal on standard output. Off a TTY the status line is left out, so that logs stay plain lines. */
export function openTerminal(stream: NodeJS.WriteStream = process.stdout): Terminal {
  let hasStatus = false;
  const clear = (): void => {
    if (hasStatus) stream.write('\r\u001b[2K');
    hasStatus = false;
  };
  return {
    line(text) {
      clear();
      stream.write(`${text}\n`);
    },
    status(text) {
      if (!stream.isTTY) return;
      clear();
      stream.write(text.slice(0, (stream.columns || 80) - 1));
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
