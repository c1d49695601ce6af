import { type CommandInput, CommandLineError } from './command.ts';
import type { ServeOptions } from './serve.ts';

const MAX_PORT = 65_535;
/** The longest that timers of the platform wait, in whole minutes. */
const MAX_SESSION_MINUTES = Math.floor((2 ** 31 - 1) / 60_000);

/** Reads the flags of `serve`, and the keys, which must not stand on a command line. Throws `ERR_SERVE_OPTION` and `ERR_COMMAND`. */
export function readServeFlags(input: CommandInput): ServeOptions {
  const { BARGEIN_API_KEY: apiKey = '', BARGEIN_BACKEND_KEY: backendKey = '' } = input.environment;
  const texts = Object.entries({
    scenario: input.text('scenario'),
    ears: input.text('ears'),
    earsModel: input.text('ears-model'),
    phrases: input.text('phrases'),
    brain: input.text('brain'),
    brainModel: input.text('brain-model'),
    voice: input.text('voice'),
    voiceModel: input.text('voice-model'),
    webrtc: input.text('webrtc'),
    apiKey: apiKey === '' ? undefined : apiKey,
    backendKey: backendKey === '' ? undefined : backendKey,
  }).filter(([, text]) => text !== undefined);
  const minutes = input.text('session-minutes');
  return {
    port: portOf(input),
    host: input.text('host') ?? '127.0.0.1',
    isLogging: input.isOn('log'),
    recordPath: input.text('record'),
    parts: {
      ...Object.fromEntries(texts),
      faults: input.texts('fault'),
      ...(minutes !== undefined && { sessionMinutes: minutesOf(minutes) }),
    },
    terminal: input.terminal,
  };
}

/** The port of a command that listens; throws `ERR_SERVE_OPTION` for what is none. */
export function portOf(input: CommandInput): number {
  const value = input.text('port') ?? '';
  const port = value === '' ? NaN : Number(value);
  if (Number.isInteger(port) && port >= 0 && port <= MAX_PORT) return port;
  throw wrong('port', `must be a whole number of 0 to ${MAX_PORT} (0 takes a free one)`, value);
}

function minutesOf(value: string): number {
  const minutes = value === '' ? NaN : Number(value);
  if (minutes > 0 && minutes <= MAX_SESSION_MINUTES) return minutes;
  throw wrong('session-minutes', `must be above 0 and ${MAX_SESSION_MINUTES} at most`, value);
}

function wrong(flag: string, rule: string, value: string): CommandLineError {
  return new CommandLineError(`--${flag} ${rule}, got ${JSON.stringify(value)}`, { code: 'ERR_SERVE_OPTION' });
}
