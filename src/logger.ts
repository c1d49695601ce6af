/** Where things go that nobody listens to: an `error` without a listener, a listener of `error` that throws itself. */
export const logger: {
  warn(message: string, detail?: unknown): void;
  error(message: string, detail?: unknown): void;
} = {
  warn: (message, detail) => write('warn', message, detail),
  error: (message, detail) => write('error', message, detail),
};

function write(level: 'warn' | 'error', message: string, detail: unknown): void {
  if (detail === undefined) console[level](`bargein: ${message}`);
  else console[level](`bargein: ${message}`, detail);
}
