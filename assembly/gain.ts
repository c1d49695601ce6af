// Gain of the whole output, which moves in a straight line so that no change of it is a step.
import { PLAYOUT_GAIN, PLAYOUT_GAIN_STEP, PLAYOUT_TARGET_GAIN } from './layout';

/** From one to silence, a gain takes 20 ms. */
const RAMPS_PER_SECOND: f32 = 50;

export function initGain(state: usize, outputRate: i32): void {
  store<f32>(state, RAMPS_PER_SECOND / <f32>outputRate, PLAYOUT_GAIN_STEP);
  store<f32>(state, 1, PLAYOUT_GAIN);
  store<f32>(state, 1, PLAYOUT_TARGET_GAIN);
}

/** The output is multiplied by `gain`, 0 to 1, from the next render on; it gets there along a ramp. */
export function playoutDuck(state: usize, gain: f32): void {
  store<f32>(state, gain, PLAYOUT_TARGET_GAIN);
}

/** Multiplies `frames` f32 frames at `samples` by the gain, and moves it towards its target unless `isHeld`. */
export function applyGain(state: usize, samples: usize, frames: i32, isHeld: bool): void {
  let gain = load<f32>(state, PLAYOUT_GAIN);
  const target = isHeld ? gain : load<f32>(state, PLAYOUT_TARGET_GAIN);
  if (gain == 1 && target == 1) return;
  const step = load<f32>(state, PLAYOUT_GAIN_STEP);
  for (let i = 0; i < frames; i++, samples += 4) {
    gain = gain < target ? min<f32>(gain + step, target) : max<f32>(gain - step, target);
    store<f32>(samples, load<f32>(samples) * gain);
  }
  store<f32>(state, gain, PLAYOUT_GAIN);
}
