// What a person talks with: a browser, or a microphone and a speaker that a program in the terminal can use.
import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Finding, fine, type Surroundings } from './finding.ts';

const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'firefox', 'firefox-esr'];
const MAC_BROWSERS = ['Google Chrome', 'Chromium', 'Firefox'].map((name) => `/Applications/${name}.app`);
const RECORDERS = ['rec', 'ffmpeg', 'arecord'];
const PLAYERS = ['play', 'ffplay', 'aplay'];
/** How Linux names what records and what plays. */
const CAPTURE = /^pcmC\d+D\d+c$/;
const PLAYBACK = /^pcmC\d+D\d+p$/;

/** Which browser could show the console. */
export function browserFinding(surroundings: Surroundings): Finding {
  const { CHROME_PATH: named = '' } = surroundings.environment;
  const found = [
    ...(named !== '' && isThere(named, constants.X_OK) ? [named] : []),
    ...programs(BROWSERS, surroundings),
    ...(surroundings.platform === 'darwin' ? MAC_BROWSERS.filter((path) => isThere(path, constants.F_OK)) : []),
  ];
  // Windows has a browser that is on no PATH.
  if (found.length > 0 || surroundings.platform === 'win32')
    return fine('browser', found.join(', ') || 'that of Windows');
  const advice = 'install Chromium or Firefox, or set CHROME_PATH; without one there is no bargein console here';
  return { subject: 'browser', verdict: 'warning', found: 'none on the PATH', advice };
}

/** Which programs could record and play, and whether there is anything to record from. */
export function soundFinding(surroundings: Surroundings): Finding {
  const recorders = programs(RECORDERS, surroundings);
  const players = programs(PLAYERS, surroundings);
  const [recorder = 'none', player = 'none'] = [recorders[0], players[0]];
  const found = `microphone through ${recorder}, speaker through ${player}`;
  const warn = (what: string, advice: string): Finding => ({
    subject: 'sound',
    verdict: 'warning',
    found: what,
    advice,
  });
  if (recorders.length === 0 || players.length === 0) {
    return warn(found, 'install SoX or FFmpeg to talk from a terminal; browsers need neither');
  }
  if (surroundings.platform !== 'linux') return fine('sound', found);
  const devices = soundDevices(surroundings.soundFolder);
  if (!devices.some((name) => CAPTURE.test(name))) {
    return warn(
      `${found}, but no microphone`,
      'connect one, or start PulseAudio or PipeWire where it is; WAV files work without',
    );
  }
  if (devices.some((name) => PLAYBACK.test(name))) return fine('sound', found);
  return warn(`${found}, but nothing to play through`, 'connect a speaker; WAV files work without');
}

function programs(names: readonly string[], { environment, platform }: Surroundings): string[] {
  const { PATH = '' } = environment;
  const suffix = platform === 'win32' ? '.exe' : '';
  return names.filter((name) =>
    PATH.split(delimiter).some((folder) => isThere(join(folder, name + suffix), constants.X_OK)),
  );
}

function isThere(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

function soundDevices(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
