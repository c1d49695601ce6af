// Trials of the barge-in detector over synthesised speech, offline, at the rate of a browser's context: what a microphone hears of a
// speaker that plays the agent, of a user and of a room, sample by sample.
import { BargeInDetector } from '../../src/audio/barge-in-detector.ts';
import { FliteVoice } from '../../src/server/flite-voice.ts';
import { seededRandom } from '../../src/server/seeded-random.ts';

/** In Hz. */
const TRIAL_RATE = 48_000;
const QUANTUM_FRAMES = 128;
/** Level of speech while it sounds: the agent as it is played, the user as a microphone hears them. */
const AGENT_DBFS = -20;
const USER_DBFS = -26;

const AGENT_LINES = [
  'The room is yours. The house was built in nineteen hundred and four and has forty rooms.',
  'From the upper floors you can see the lake, and in the morning the sun comes in.',
  'Breakfast is served from seven to eleven in the garden, weather permitting.',
  'The last train to the city leaves shortly before midnight, so please be on time.',
  'Is there anything else that I can do for you today?',
  'Let me check that. Yes, we have a quiet double room on the second floor, facing the park.',
];
const AGENT_VOICES = ['slt', 'awb', 'kal'];

/** What users say as they interrupt: each kind of first sound, the soft ones too. */
const USER_LINES = [
  'Stop, please.',
  'Wait a moment.',
  'No, I meant Friday.',
  'Sorry, can I ask something?',
  'Hold on.',
  'Excuse me, one question.',
  'Actually, make that two rooms.',
  'Thanks, that is enough.',
  'Please stop talking.',
  'Four nights, not three.',
  'How much is it?',
  'Okay, okay, I see.',
];
const USER_VOICES = ['rms', 'kal', 'slt', 'awb'];

/** Speech at `TRIAL_RATE`, and the frame at which it sets in. */
export interface Utterance {
  readonly samples: Float32Array;
  readonly onsetFrame: number;
}

/** The voices that the trials are made of. */
export interface Cast {
  readonly agent: readonly Utterance[];
  readonly user: readonly Utterance[];
}

/** What a room does with the agent's voice. */
export interface Room {
  /** Level of the echo against what the speaker was given, in dB; −Infinity for headphones. */
  readonly echoDb: number;
  /** What the devices and the air add, in milliseconds. */
  readonly delayMs: number;
  /** Level of the noise, in dBFS RMS. */
  readonly noiseDbfs: number;
  readonly seed: number;
}

/** Makes the cast, with every sentence or, to be quicker, each `every`th of them. */
export async function makeCast(every = 1): Promise<Cast> {
  const voice = new FliteVoice();
  const speak = async (text: string, name: string, levelDbfs: number): Promise<Utterance> =>
    utterance(await voice.synthesize({ text, voice: name, speed: 1, sampleRate: TRIAL_RATE }), levelDbfs);
  const company = async (
    names: readonly string[],
    lines: readonly string[],
    levelDbfs: number,
  ): Promise<Utterance[]> => {
    const roles = names.flatMap((name) => lines.map((text) => ({ name, text })));
    return Promise.all(roles.filter((_, i) => i % every === 0).map(({ name, text }) => speak(text, name, levelDbfs)));
  };
  const cast = {
    agent: await company(AGENT_VOICES, AGENT_LINES, AGENT_DBFS),
    user: await company(USER_VOICES, USER_LINES, USER_DBFS),
  };
  await voice.close();
  return cast;
}

/** What became of the users who spoke over the agent. */
export interface Onsets {
  /** From the onset of each one's speech to the end of the quantum in which it is known. */
  readonly latenciesMs: readonly number[];
  /** Triggers in the seconds before anybody spoke. */
  readonly falseTriggers: number;
  /** Users that were not heard within 1.5 s. */
  readonly missed: number;
}

const LEAD_S = 4;
const HEARD_WITHIN_S = 1.5;

/** Every user interrupts the agent once, after some seconds of it. */
export function measureOnsets(cast: Cast, room: Room): Onsets {
  const latenciesMs: number[] = [];
  let falseTriggers = 0;
  let missed = 0;
  for (const [i, user] of cast.user.entries()) {
    const uniform = seededRandom(room.seed + i);
    const start = Math.round((LEAD_S + uniform()) * TRIAL_RATE);
    const frames = start + user.onsetFrame + HEARD_WITHIN_S * TRIAL_RATE;
    const agent = speechOf(cast.agent, frames, uniform);
    const microphone = heard(agent, room, uniform);
    for (let at = 0; at < user.samples.length && start + at < frames; at++) {
      microphone[start + at] = (microphone[start + at] ?? 0) + (user.samples[at] ?? 0);
    }
    const onset = start + user.onsetFrame;
    const triggers = triggersOf(microphone, agent);
    falseTriggers += triggers.filter((frame) => frame <= start).length;
    const first = triggers.find((frame) => frame > start);
    if (first === undefined) missed++;
    else latenciesMs.push(((first - onset) * 1000) / TRIAL_RATE);
  }
  return { latenciesMs, falseTriggers, missed };
}

/** Triggers of `seconds` of the agent alone. */
export function countFalseTriggers(cast: Cast, room: Room, seconds: number): number {
  const uniform = seededRandom(room.seed);
  const agent = speechOf(cast.agent, seconds * TRIAL_RATE, uniform);
  return triggersOf(heard(agent, room, uniform), agent).length;
}

/** Frames behind the quanta in which a new detector reports speech. */
function triggersOf(microphone: Float32Array, agent: Float32Array): number[] {
  using detector = new BargeInDetector({ sampleRate: TRIAL_RATE });
  const triggers: number[] = [];
  for (let at = 0; at + QUANTUM_FRAMES <= microphone.length; at += QUANTUM_FRAMES) {
    const end = at + QUANTUM_FRAMES;
    if (detector.push(microphone.subarray(at, end), agent.subarray(at, end))) triggers.push(end);
  }
  return triggers;
}

/** One sentence after the other, with pauses. */
function speechOf(lines: readonly Utterance[], frames: number, uniform: () => number): Float32Array {
  const speech = new Float32Array(frames);
  for (let at = 0; at < frames;) {
    const line = lines[Math.floor(uniform() * lines.length)]?.samples ?? new Float32Array(0);
    speech.set(line.subarray(0, frames - at), at);
    at += line.length + Math.round(uniform() * 0.6 * TRIAL_RATE);
  }
  return speech;
}

/** What the microphone hears without a user: reflections of the agent that decay by 60 dB in 300 ms, and noise. */
function heard(agent: Float32Array, room: Room, uniform: () => number): Float32Array {
  const taps = Array.from({ length: 24 }, (_, i) => {
    const lateMs = i === 0 ? 0 : 120 * uniform() ** 1.5;
    const gain = (i === 0 ? 1 : (uniform() - 0.5) * 1.2) * 10 ** (-lateMs / 100);
    return { frames: Math.round(((room.delayMs + lateMs) * TRIAL_RATE) / 1000), gain };
  });
  const power = taps.reduce((sum, { gain }) => sum + gain * gain, 0);
  const gain = 10 ** (room.echoDb / 20) / Math.sqrt(power);
  const microphone = new Float32Array(agent.length);
  if (gain > 0) {
    for (const tap of taps) {
      const share = gain * tap.gain;
      for (let i = tap.frames; i < agent.length; i++) {
        microphone[i] = (microphone[i] ?? 0) + share * (agent[i - tap.frames] ?? 0);
      }
    }
  }
  // A fan: louder by 3 dB an octave towards the lows, over a floor that is even.
  const amplitude = Math.sqrt(3) * 10 ** (room.noiseDbfs / 20);
  let slow = 0;
  for (let i = 0; i < microphone.length; i++) {
    const white = 2 * uniform() - 1;
    slow += 0.02 * (white - slow);
    microphone[i] = (microphone[i] ?? 0) + amplitude * (0.5 * white + 8.6 * slow);
  }
  return microphone;
}

const STEP_FRAMES = TRIAL_RATE / 200;
/** Speech is active where it comes within this of its active level (ITU-T P.56, margin). */
const ACTIVE_DB = -15.9;

/** Scales speech to a level while it sounds, and finds its onset: the first 5 ms that are active. */
function utterance(pcm16: Int16Array, levelDbfs: number): Utterance {
  const steps = Array.from({ length: Math.floor(pcm16.length / STEP_FRAMES) }, (_, i) =>
    meanSquare(pcm16.subarray(i * STEP_FRAMES, (i + 1) * STEP_FRAMES)),
  );
  const loudest = Math.max(...steps);
  const active = steps.filter((power) => power > loudest * 1e-3);
  const level = active.reduce((sum, power) => sum + power, 0) / active.length;
  const gain = Math.sqrt(10 ** (levelDbfs / 10) / level);
  const first = steps.findIndex((power) => power > level * 10 ** (ACTIVE_DB / 10));
  return { samples: Float32Array.from(pcm16, (sample) => sample * gain), onsetFrame: first * STEP_FRAMES };
}

function meanSquare(samples: Int16Array): number {
  return samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
}
