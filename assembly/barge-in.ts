// The first moment at which somebody else than the agent is heard by the microphone, while the agent speaks.
//
// Both signals are split into bands of 0.9 octaves, in frames of 10 ms. In each band, what is expected of the microphone is the
// noise of the room, by minimum statistics as in `voice-activity.ts`, and the echo of the agent: the most that the agent had in
// this band for as long as an echo may be late, times the largest share of that which came back in the last seconds. Bands that
// stand out of both are points, and enough frames with enough points are an onset. A voice stands out in several bands at once
// or in one by much; the level alone would miss its soft consonants.
//
// What sounds like a voice teaches nothing about the echo, and neither does the tenth of a second before it. Only when somebody
// who knows better calls `bargeInWasEcho` does it.
import { bandTake, bandsInit, bandsPush } from './band-powers';
import {
  BAND_BLOCK_ECHO,
  BAND_ECHOES,
  BAND_KNOWN_BYTES,
  BAND_LEARNT_BLOCKS,
  BAND_MINIMA,
  BAND_POWER,
  BAND_SLOW_POWER,
  BAND_STATE_BYTES,
  BAND_VOICE_ECHO,
  BARGE_IN_AGENT,
  BARGE_IN_AGENT_FRAMES,
  BARGE_IN_AGENT_SUM,
  BARGE_IN_BANDS,
  BARGE_IN_BLOCK_FRAMES,
  BARGE_IN_BYTES,
  BARGE_IN_COEFFICIENTS,
  BARGE_IN_DECIMATED,
  BARGE_IN_DECIMATION,
  BARGE_IN_ECHO_FRAMES,
  BARGE_IN_FILLED,
  BARGE_IN_FRAME_SAMPLES,
  BARGE_IN_HEARD_FRAMES,
  BARGE_IN_HISTORY,
  BARGE_IN_IS_SPEAKING,
  BARGE_IN_KNOWN,
  BARGE_IN_MICROPHONE,
  BARGE_IN_MICROPHONE_SUM,
  BARGE_IN_QUIET_FRAMES,
  BARGE_IN_POINTS,
} from './layout';

const LEAST_RATE: i32 = 24000;
const FRAMES_A_SECOND: i32 = 100;
/** −100 dBFS: a microphone that is muted or not there yet says nothing about the room. */
const SILENT_POWER: f64 = 1e-10;
/** −62 dBFS in one band: what is softer is no voice. */
const GATE_POWER: f64 = 6e-7;
/** −48 dBFS: what the first frame may claim to be noise in one band. */
const HIGHEST_FIRST_FLOOR: f64 = 1.6e-5;
const SPANS: i32 = 4;
const SPAN_FRAMES: i32 = 80;
/** A minimum is that much below the mean of the noise. */
const FLOOR_BIAS: f64 = 2;
/** Share of the newest frame in the power that is judged, and in the one that the floor is the minimum of. */
const POWER_SHARE: f64 = 0.7;
const SLOW_SHARE: f64 = 0.2;
/** −9 dB: the echo that is expected of a band before half a second of the agent was heard in it. */
const FIRST_ECHO: f64 = 0.125;
const FIRST_BLOCKS: i32 = 5;
/** Frames that are learnt from together, and blocks of a span. */
const BLOCK_FRAMES: i32 = 10;
const SPAN_BLOCKS: i32 = 10;
/** −60 dBFS, or 15 dB above the noise: an agent that is softer in a band teaches nothing. */
const LEAST_AGENT_POWER: f64 = 1e-6;
const LEAST_AGENT_RATIO: f64 = 32;
/** Noise may be above its mean by 5 dB for a frame. */
const HIGHEST_NOISE: f64 = 3.2;
const LEAST_ECHO: f64 = 1e-6;
/** Echoes that have not been heard yet may be louder by 3 dB. */
const ECHO_MARGIN: f64 = 1.6;
/** Points of a band that exceeds noise and echo by 5, 10 and 15 dB. */
const FIRST_RATIO: f64 = 3.2;
const SECOND_RATIO: f64 = 10;
const THIRD_RATIO: f64 = 32;
/** A frame with so many may be of a voice. */
const VOICE_POINTS: i32 = 2;
/** Points that count of a frame, and those of the last four frames that make an onset: a click is too short for that. */
const MOST_POINTS: i32 = 4;
const ONSET_POINTS: i32 = 10;
/** Frames without a voice after which the next one is an onset again. */
const REST_FRAMES: i32 = 25;

/** Size of the state. */
export function bargeInBytes(): i32 {
  return <i32>BARGE_IN_BYTES;
}

/** Makes the memory at `state` a detector that has heard nothing, for signals of `rate` Hz. */
export function bargeInInit(state: usize, rate: i32): void {
  memory.fill(state, 0, BARGE_IN_BYTES);
  const decimation = max(1, rate / LEAST_RATE);
  store<i32>(state, decimation, BARGE_IN_DECIMATION);
  store<i32>(state, rate / (decimation * FRAMES_A_SECOND), BARGE_IN_FRAME_SAMPLES);
  bandsInit(state + BARGE_IN_COEFFICIENTS, <f64>rate / <f64>decimation);
}

/**
 * Takes `frames` f32 frames of the microphone, and of what the agent's speaker was given at the same time, 0 for nothing.
 * Returns whether somebody began to speak in them.
 */
export function bargeInPush(state: usize, microphone: usize, agent: usize, frames: i32): bool {
  const decimation = load<i32>(state, BARGE_IN_DECIMATION);
  const scale = 1 / <f64>decimation;
  const coefficients = state + BARGE_IN_COEFFICIENTS;
  let hasOnset = false;
  for (let i: usize = 0; i < (<usize>frames) << 2; i += 4) {
    let heard = load<f64>(state, BARGE_IN_MICROPHONE_SUM) + <f64>load<f32>(microphone + i);
    let spoken = load<f64>(state, BARGE_IN_AGENT_SUM);
    if (agent != 0) spoken += <f64>load<f32>(agent + i);
    let decimated = load<i32>(state, BARGE_IN_DECIMATED) + 1;
    if (decimated == decimation) {
      bandsPush(state + BARGE_IN_MICROPHONE, coefficients, heard * scale);
      bandsPush(state + BARGE_IN_AGENT, coefficients, spoken * scale);
      heard = 0;
      spoken = 0;
      decimated = 0;
      if (endsFrame(state) && judge(state)) hasOnset = true;
    }
    store<i32>(state, decimated, BARGE_IN_DECIMATED);
    store<f64>(state, heard, BARGE_IN_MICROPHONE_SUM);
    store<f64>(state, spoken, BARGE_IN_AGENT_SUM);
  }
  return hasOnset;
}

/** The newest onset was none: what was heard is how loud the echo can be. */
export function bargeInWasEcho(state: usize): void {
  for (let band = 0; band < BARGE_IN_BANDS; band++) {
    const known = knownOf(state, band);
    learnEcho(known, load<f64>(known, BAND_VOICE_ECHO));
    store<f64>(known, 0, BAND_VOICE_ECHO);
  }
}

function endsFrame(state: usize): bool {
  const filled = load<i32>(state, BARGE_IN_FILLED) + 1;
  const isFull = filled == load<i32>(state, BARGE_IN_FRAME_SAMPLES);
  store<i32>(state, isFull ? 0 : filled, BARGE_IN_FILLED);
  return isFull;
}

/** Judges the frame that is complete: whether it is the one that made it an onset. */
function judge(state: usize): bool {
  const samples = load<i32>(state, BARGE_IN_FRAME_SAMPLES);
  const agentFrames = load<i32>(state, BARGE_IN_AGENT_FRAMES);
  store<i32>(state, agentFrames + 1, BARGE_IN_AGENT_FRAMES);
  let total: f64 = 0;
  let points = 0;
  for (let band = 0; band < BARGE_IN_BANDS; band++) {
    const bandState = <usize>band * BAND_STATE_BYTES;
    const history = historyOf(state, band);
    const newest = history + ((<usize>(agentFrames % BARGE_IN_ECHO_FRAMES)) << 3);
    store<f64>(newest, bandTake(state + BARGE_IN_AGENT + bandState, samples));
    const power = bandTake(state + BARGE_IN_MICROPHONE + bandState, samples);
    total += power;
    points += pointsOf(knownOf(state, band), power, mostOf(history));
  }
  if (total < SILENT_POWER) {
    store<i32>(state, 0, BARGE_IN_POINTS);
    return false;
  }
  const isVoiced = points >= VOICE_POINTS;
  learn(state, isVoiced);
  return decide(state, points);
}

/** How far a band stands out of what is expected of it; its smoothed power is up to date then. */
function pointsOf(known: usize, power: f64, agentPower: f64): i32 {
  const before = load<f64>(known, BAND_POWER);
  // What has ended has ended: a click would last in an average.
  const smoothed = min(power, before + POWER_SHARE * (power - before));
  store<f64>(known, smoothed, BAND_POWER);
  const expected = leastOf(known + BAND_MINIMA) * FLOOR_BIAS + agentPower * echoOf(known) * ECHO_MARGIN;
  if (smoothed < GATE_POWER || smoothed < FIRST_RATIO * expected) return 0;
  return smoothed < SECOND_RATIO * expected ? 1 : smoothed < THIRD_RATIO * expected ? 2 : 3;
}

/** The room is learnt from every frame, the echo from blocks without a voice. */
function learn(state: usize, isVoiced: bool): void {
  const heardFrames = load<i32>(state, BARGE_IN_HEARD_FRAMES);
  store<i32>(state, heardFrames + 1, BARGE_IN_HEARD_FRAMES);
  const blockFrames = isVoiced ? 0 : load<i32>(state, BARGE_IN_BLOCK_FRAMES) + 1;
  store<i32>(state, blockFrames < BLOCK_FRAMES ? blockFrames : 0, BARGE_IN_BLOCK_FRAMES);
  const isSpeaking = load<i32>(state, BARGE_IN_IS_SPEAKING) != 0;
  for (let band = 0; band < BARGE_IN_BANDS; band++) {
    const known = knownOf(state, band);
    const power = load<f64>(known, BAND_POWER);
    learnFloor(known, power, heardFrames);
    const agentPower = mostOf(historyOf(state, band));
    const echo = echoIn(power, leastOf(known + BAND_MINIMA) * FLOOR_BIAS, agentPower);
    const block = max(echo, load<f64>(known, BAND_BLOCK_ECHO));
    if (isVoiced && !isSpeaking) {
      store<f64>(known, max(block, load<f64>(known, BAND_VOICE_ECHO)), BAND_VOICE_ECHO);
    } else if (blockFrames == BLOCK_FRAMES) {
      learnEcho(known, block);
      store<f64>(known, 0, BAND_VOICE_ECHO);
    }
    store<f64>(known, isVoiced || blockFrames == BLOCK_FRAMES ? 0 : block, BAND_BLOCK_ECHO);
  }
}

function learnFloor(known: usize, power: f64, heardFrames: i32): void {
  const minima = known + BAND_MINIMA;
  if (heardFrames == 0) {
    const first = min(power, HIGHEST_FIRST_FLOOR);
    store<f64>(known, first, BAND_SLOW_POWER);
    for (let span: usize = 0; span < (<usize>SPANS) << 3; span += 8) store<f64>(minima + span, first);
  }
  const slow = load<f64>(known, BAND_SLOW_POWER);
  const smoothed = slow + SLOW_SHARE * (power - slow);
  store<f64>(known, smoothed, BAND_SLOW_POWER);
  const current = minima + ((<usize>((heardFrames / SPAN_FRAMES) % SPANS)) << 3);
  store<f64>(current, heardFrames % SPAN_FRAMES == 0 ? smoothed : min(smoothed, load<f64>(current)));
}

/** What a band's power has beside the noise, as a share of the agent's; 0 where the agent is too soft to tell. */
function echoIn(power: f64, noise: f64, agentPower: f64): f64 {
  if (agentPower < max(LEAST_AGENT_POWER, noise * LEAST_AGENT_RATIO)) return 0;
  return max((power - noise * HIGHEST_NOISE) / agentPower, LEAST_ECHO);
}

/** Takes the most of a block into account; 0 if there was no agent to hear. */
function learnEcho(known: usize, most: f64): void {
  if (most == 0) return;
  const blocks = load<i32>(known, BAND_LEARNT_BLOCKS);
  const current = known + BAND_ECHOES + ((<usize>((blocks / SPAN_BLOCKS) % SPANS)) << 3);
  store<f64>(current, blocks % SPAN_BLOCKS == 0 ? most : max(most, load<f64>(current)));
  store<i32>(known, blocks + 1, BAND_LEARNT_BLOCKS);
}

/** The echo that is expected of a band, as a share of the agent's power. */
function echoOf(known: usize): f64 {
  const learnt = mostOfSpans(known + BAND_ECHOES);
  return load<i32>(known, BAND_LEARNT_BLOCKS) < FIRST_BLOCKS ? max(learnt, FIRST_ECHO) : learnt;
}

function decide(state: usize, points: i32): bool {
  const recent = (load<i32>(state, BARGE_IN_POINTS) << 4) | min(points, MOST_POINTS);
  store<i32>(state, recent & 0xffff, BARGE_IN_POINTS);
  const sum = (recent & 15) + ((recent >> 4) & 15) + ((recent >> 8) & 15) + ((recent >> 12) & 15);
  const quiet = sum < VOICE_POINTS ? load<i32>(state, BARGE_IN_QUIET_FRAMES) + 1 : 0;
  store<i32>(state, quiet, BARGE_IN_QUIET_FRAMES);
  if (quiet >= REST_FRAMES) store<i32>(state, 0, BARGE_IN_IS_SPEAKING);
  if (load<i32>(state, BARGE_IN_IS_SPEAKING) != 0 || sum < ONSET_POINTS) return false;
  store<i32>(state, 1, BARGE_IN_IS_SPEAKING);
  return true;
}

/** The most that the agent had in a band for as long as an echo may be late. */
function mostOf(history: usize): f64 {
  let most: f64 = 0;
  for (let at = history; at < history + ((<usize>BARGE_IN_ECHO_FRAMES) << 3); at += 8) most = max(most, load<f64>(at));
  return most;
}

function mostOfSpans(spans: usize): f64 {
  return max(max(load<f64>(spans), load<f64>(spans, 8)), max(load<f64>(spans, 16), load<f64>(spans, 24)));
}

function leastOf(spans: usize): f64 {
  return min(min(load<f64>(spans), load<f64>(spans, 8)), min(load<f64>(spans, 16), load<f64>(spans, 24)));
}

function knownOf(state: usize, band: i32): usize {
  return state + BARGE_IN_KNOWN + <usize>band * BAND_KNOWN_BYTES;
}

function historyOf(state: usize, band: i32): usize {
  return state + BARGE_IN_HISTORY + ((<usize>(band * BARGE_IN_ECHO_FRAMES)) << 3);
}
