import { BargeinError } from '../errors.ts';
import type { ServeOptions } from './serve.ts';
import type { Terminal } from './terminal.ts';

/** A value on the command line: the parser makes a number of what looks like one, and an array of what is given twice. */
export type FlagValue = string | number | readonly (string | number)[];

/** Options of `serve` as they stand on the command line. */
export interface ServeFlags {
  readonly port: FlagValue;
  readonly host: FlagValue;
  readonly log?: boolean;
  readonly record?: FlagValue;
  readonly scenario?: FlagValue;
  readonly ears?: FlagValue;
  readonly earsModel?: FlagValue;
  readonly phrases?: FlagValue;
  readonly brain?: FlagValue;
  readonly brainModel?: FlagValue;
  readonly voice?: FlagValue;
  readonly voiceModel?: FlagValue;
  readonly fault?: FlagValue;
  readonly webrtc?: FlagValue;
  readonly sessionMinutes?: FlagValue;
}

/** Keys and other settings that must not stand on a command line. */
export interface ServeEnvironment {
  readonly BARGEIN_API_KEY?: string | undefined;
  readonly BARGEIN_BACKEND_KEY?: string | undefined;
}

const MAX_PORT = 65_535;
/** The longest that timers of the platform wait, in whole minutes. */
const MAX_SESSION_MINUTES = Math.floor((2 ** 31 - 1) / 60_000);

/** Reads the flags; throws `ERR_SERVE_OPTION`, which names the flag, for a value that can't be meant. */
export function readServeFlags(flags: ServeFlags, environment: ServeEnvironment, terminal: Terminal): ServeOptions {
  const { BARGEIN_API_KEY: apiKey, BARGEIN_BACKEND_KEY: backendKey } = environment;
  const texts = Object.entries({
    scenario: oneText('scenario', flags.scenario),
    ears: oneText('ears', flags.ears),
    earsModel: oneText('ears-model', flags.earsModel),
    phrases: oneText('phrases', flags.phrases),
    brain: oneText('brain', flags.brain),
    brainModel: oneText('brain-model', flags.brainModel),
    voice: oneText('voice', flags.voice),
    voiceModel: oneText('voice-model', flags.voiceModel),
    webrtc: oneText('webrtc', flags.webrtc),
    apiKey: apiKey === '' ? undefined : apiKey,
    backendKey: backendKey === '' ? undefined : backendKey,
  }).filter(([, text]) => text !== undefined);
  return {
    port: portOf(flags.port),
    host: oneText('host', flags.host) ?? '127.0.0.1',
    isLogging: flags.log === true,
    recordPath: oneText('record', flags.record),
    parts: {
      ...Object.fromEntries(texts),
      faults: [flags.fault ?? []].flat().map(String),
      ...(flags.sessionMinutes !== undefined && { sessionMinutes: minutesOf(flags.sessionMinutes) }),
    },
    terminal,
  };
}

/** Text of a flag that may be given once; throws `ERR_SERVE_OPTION`. */
export function oneText(flag: string, value: FlagValue | undefined): string | undefined {
  if (typeof value === 'object') throw wrong(flag, 'may be given once', value);
  return value === undefined ? undefined : String(value);
}

/** A port of the command line; throws `ERR_SERVE_OPTION` for what is none. */
export function portOf(value: FlagValue): number {
  const port = value === '' ? NaN : Number(value);
  if (Number.isInteger(port) && port >= 0 && port <= MAX_PORT) return port;
  throw wrong('port', `must be a whole number of 0 to ${MAX_PORT} (0 takes a free one)`, value);
}

function minutesOf(value: FlagValue): number {
  const minutes = value === '' ? NaN : Number(value);
  if (minutes > 0 && minutes <= MAX_SESSION_MINUTES) return minutes;
  throw wrong('session-minutes', `must be above 0 and ${MAX_SESSION_MINUTES} at most`, value);
}

function wrong(flag: string, rule: string, value: FlagValue): BargeinError {
  return new BargeinError(`--${flag} ${rule}, got ${JSON.stringify(value)}`, { code: 'ERR_SERVE_OPTION' });
}
