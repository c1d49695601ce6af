// Voice activity by energy over an adaptive noise floor, one decision a packet.
//
// The floor is the least packet power of the last few seconds (after Martin, "Noise power spectral density estimation
// based on optimal smoothing and minimum statistics", 2001): speech has gaps, so its minimum is the noise. It is
// kept in four spans of some packets each; a louder room is believed once the oldest span that knew the quiet one has gone. Speech starts
// after a run of packets above the threshold, and stops after a run of packets below a threshold 6 dB lower.
import {
  VOICE_ACTIVITY_BYTES,
  VOICE_ACTIVITY_GATE_POWER,
  VOICE_ACTIVITY_HEARD_PACKETS,
  VOICE_ACTIVITY_IS_SPEAKING,
  VOICE_ACTIVITY_METER,
  VOICE_ACTIVITY_ONSET_PACKETS,
  VOICE_ACTIVITY_PREFIX_PACKETS,
  VOICE_ACTIVITY_RUN_PACKETS,
  VOICE_ACTIVITY_SILENCE_PACKETS,
  VOICE_ACTIVITY_SPANS,
  VOICE_ACTIVITY_SPAN_PACKETS,
  VOICE_ACTIVITY_START_PACKETS,
  VOICE_ACTIVITY_STOP_PACKETS,
  VOICE_ACTIVITY_THRESHOLD_RATIO,
} from './layout';
import { meterMeanSquare, meterPcm16, meterReset } from './meter';

export const SILENCE: i32 = 0;
export const STARTED: i32 = 1;
export const SPEAKING: i32 = 2;
export const STOPPED: i32 = 3;

const SPANS: i32 = 4;
/** −30 dBFS: loud speech without a gap never raises the floor above this. */
const HIGHEST_FLOOR: f64 = 0.001;
/** −40 dBFS: what the first packet may claim to be noise. */
const HIGHEST_FIRST_FLOOR: f64 = 0.0001;
/** −6 dB, the hysteresis. */
const HOLD: f64 = 0.25;

/** Size of the state. */
export function voiceActivityBytes(): i32 {
  return <i32>VOICE_ACTIVITY_BYTES;
}

/**
 * Makes the memory at `state` a detector that has heard nothing. `ratio` is the threshold as a multiple of the floor's
 * power and `gate` the least power of speech relative to full scale; the other values count packets.
 */
export function voiceActivityInit(
  state: usize,
  ratio: f64,
  gate: f64,
  onset: i32,
  silence: i32,
  prefix: i32,
  span: i32,
): void {
  memory.fill(state, 0, VOICE_ACTIVITY_BYTES);
  store<f64>(state, ratio, VOICE_ACTIVITY_THRESHOLD_RATIO);
  store<f64>(state, gate, VOICE_ACTIVITY_GATE_POWER);
  store<i32>(state, onset, VOICE_ACTIVITY_ONSET_PACKETS);
  store<i32>(state, silence, VOICE_ACTIVITY_SILENCE_PACKETS);
  store<i32>(state, prefix, VOICE_ACTIVITY_PREFIX_PACKETS);
  store<i32>(state, span, VOICE_ACTIVITY_SPAN_PACKETS);
}

/** Decides on the packet of `frames` PCM16 samples at `src`: `SILENCE`, `STARTED`, `SPEAKING` or `STOPPED`. */
export function voiceActivityPush(state: usize, src: usize, frames: i32): i32 {
  const meter = state + VOICE_ACTIVITY_METER;
  meterReset(meter);
  meterPcm16(meter, src, frames);
  const power = meterMeanSquare(meter);
  const packets = load<i32>(state, VOICE_ACTIVITY_HEARD_PACKETS) + 1;
  const threshold = max(
    load<f64>(state, VOICE_ACTIVITY_GATE_POWER),
    noiseFloor(state, power, packets) * load<f64>(state, VOICE_ACTIVITY_THRESHOLD_RATIO),
  );
  store<i32>(state, packets, VOICE_ACTIVITY_HEARD_PACKETS);
  return load<i32>(state, VOICE_ACTIVITY_IS_SPEAKING) != 0
    ? hold(state, power < threshold * HOLD, packets)
    : listen(state, power >= threshold, packets);
}

/** Frames are counted in packets: the first packet of the newest speech, padding before it included. */
export function voiceActivityStart(state: usize): i32 {
  return load<i32>(state, VOICE_ACTIVITY_START_PACKETS);
}

/** The first packet after the newest speech that has stopped, the silence that ended it included. */
export function voiceActivityStop(state: usize): i32 {
  return load<i32>(state, VOICE_ACTIVITY_STOP_PACKETS);
}

/** The floor before this packet; takes the packet's power into account for the next. `packets` counts from 1. */
function noiseFloor(state: usize, power: f64, packets: i32): f64 {
  const spans = state + VOICE_ACTIVITY_SPANS;
  if (packets == 1) {
    const first = min(power, HIGHEST_FIRST_FLOOR);
    for (let span = 0; span < SPANS; span++) store<f64>(spans + (span << 3), first);
  }
  const floor = min(min(load<f64>(spans), load<f64>(spans, 8)), min(load<f64>(spans, 16), load<f64>(spans, 24)));
  const spanPackets = load<i32>(state, VOICE_ACTIVITY_SPAN_PACKETS);
  const current = spans + (((packets / spanPackets) % SPANS) << 3);
  store<f64>(current, packets % spanPackets == 0 ? power : min(power, load<f64>(current)));
  return min(floor, HIGHEST_FLOOR);
}

function listen(state: usize, isVoiced: bool, packets: i32): i32 {
  const run = isVoiced ? load<i32>(state, VOICE_ACTIVITY_RUN_PACKETS) + 1 : 0;
  store<i32>(state, run, VOICE_ACTIVITY_RUN_PACKETS);
  if (run < load<i32>(state, VOICE_ACTIVITY_ONSET_PACKETS)) return SILENCE;
  const start = packets - run - load<i32>(state, VOICE_ACTIVITY_PREFIX_PACKETS);
  store<i32>(state, max(start, load<i32>(state, VOICE_ACTIVITY_STOP_PACKETS)), VOICE_ACTIVITY_START_PACKETS);
  store<i32>(state, 1, VOICE_ACTIVITY_IS_SPEAKING);
  store<i32>(state, 0, VOICE_ACTIVITY_RUN_PACKETS);
  return STARTED;
}

function hold(state: usize, isQuiet: bool, packets: i32): i32 {
  const run = isQuiet ? load<i32>(state, VOICE_ACTIVITY_RUN_PACKETS) + 1 : 0;
  store<i32>(state, run, VOICE_ACTIVITY_RUN_PACKETS);
  if (run < load<i32>(state, VOICE_ACTIVITY_SILENCE_PACKETS)) return SPEAKING;
  store<i32>(state, packets, VOICE_ACTIVITY_STOP_PACKETS);
  store<i32>(state, 0, VOICE_ACTIVITY_IS_SPEAKING);
  store<i32>(state, 0, VOICE_ACTIVITY_RUN_PACKETS);
  return STOPPED;
}
