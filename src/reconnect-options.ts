import { UserError } from './errors.ts';
import type { ReconnectPolicy } from './session/state.ts';

/** How a lost connection is made again, and when an old one is replaced. */
export interface RealtimeReconnectOptions {
  /** Attempts in a row before the session gives up; default 8, which is half a minute. */
  maxAttempts?: number;
  /** Until the first attempt, in milliseconds; it doubles with each further one. Default 200. */
  initialDelayMs?: number;
  /** The longest time between two attempts, in milliseconds; default 8000. */
  maxDelayMs?: number;
  /** The share of each delay, 0…1, that is random, so that many clients don't return at once. Default 0.5. */
  jitter?: number;
  /**
   * Age in milliseconds at which a connection is replaced, as soon as nobody speaks; default 55 minutes, since the service
   * ends a session after 60. `null`: never.
   */
  rolloverAfterMs?: number | null;
}

const DEFAULTS = { maxAttempts: 8, initialDelayMs: 200, maxDelayMs: 8000, rolloverAfterMs: 55 * 60_000 };
const DEFAULT_JITTER = 0.5;
/** The longest that timers of the platform wait. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** The policy for the session core, or null for none; throws for options that can't work. */
export function reconnectPolicy(options: boolean | RealtimeReconnectOptions = true): ReconnectPolicy | null {
  if (options === false) return null;
  const { maxAttempts, initialDelayMs, maxDelayMs, rolloverAfterMs } = {
    ...DEFAULTS,
    ...(options === true ? {} : options),
  };
  check('maxAttempts', maxAttempts, 1);
  check('initialDelayMs', initialDelayMs, 0);
  check('maxDelayMs', maxDelayMs, 0);
  if (rolloverAfterMs !== null) check('rolloverAfterMs', rolloverAfterMs, 1);
  jitterOf(options);
  return { maxAttempts, initialDelayMs, maxDelayMs, rolloverAfterMs };
}

/** The share of a delay that is random. */
export function jitterOf(options: boolean | RealtimeReconnectOptions = true): number {
  const jitter = typeof options === 'object' ? (options.jitter ?? DEFAULT_JITTER) : DEFAULT_JITTER;
  if (jitter >= 0 && jitter <= 1) return jitter;
  throw new UserError(`reconnect.jitter must be 0…1, got ${jitter}`, { code: 'ERR_SESSION_OPTION' });
}

function check(name: string, value: number, least: number): void {
  if (value >= least && value <= MAX_DELAY_MS) return;
  throw new UserError(`reconnect.${name} must be ${least}…${MAX_DELAY_MS}, got ${value}`, {
    code: 'ERR_SESSION_OPTION',
  });
}
