import { UserError } from './errors.ts';

/** Where things go that nobody listens to: an `error` without a listener, a listener of `error` that throws itself. */
export const logger: {
  warn(message: string, detail?: unknown): void;
  error(message: string, detail?: unknown): void;
} = {
  warn: (message, detail) => write('warn', message, detail),
  error: (message, detail) => write('error', message, detail),
};

let showsDetails = true;

/**
 * Whether the log may show what errors carry: words of the model, arguments and results of tools. Default true; off, it
 * names the kind of an error and its code. Throws `ERR_LOGGING` for anything but a boolean, and shows no details then.
 */
export function setSensitiveDataLoggingEnabled(enabled: boolean): void {
  showsDetails = typeof enabled === 'boolean' && enabled;
  if (typeof enabled === 'boolean') return;
  throw new UserError(`setSensitiveDataLoggingEnabled takes a boolean, got ${typeof enabled}`, { code: 'ERR_LOGGING' });
}

function write(level: 'warn' | 'error', message: string, detail: unknown): void {
  if (detail === undefined) console[level](`bargein: ${message}`);
  else console[level](`bargein: ${message}`, showsDetails ? detail : kindOf(detail));
}

function kindOf(detail: unknown): string {
  if (!(detail instanceof Error)) return typeof detail;
  return 'code' in detail ? `${detail.name} ${String(detail.code)}` : detail.name;
}
