// Raised-cosine gains. A ramp over `frames` frames never reaches its end values itself: the frame before it has the
// one, the frame after it the other, so that no step is larger than its neighbours.

/** Gain of frame `index` of a fade to silence over `frames` frames: cos² from just under 1 to just over 0. */
export function fallingGain(index: i32, frames: i32): f32 {
  const turn = <f64>(index + 1) / <f64>(frames + 1) - 0.5;
  return <f32>(0.5 - 0.5 * sine(Math.PI * turn));
}

/** Gain of frame `index` of a rise from silence; with `fallingGain` of the same frame it adds up to 1. */
export function risingGain(index: i32, frames: i32): f32 {
  const turn = <f64>(index + 1) / <f64>(frames + 1) - 0.5;
  return <f32>(0.5 + 0.5 * sine(Math.PI * turn));
}

/** Multiplies `frames` f32 frames at `samples` by the fade to silence. */
export function fadeOut(samples: usize, frames: i32): void {
  for (let i = 0; i < frames; i++, samples += 4) store<f32>(samples, load<f32>(samples) * fallingGain(i, frames));
}

/** Multiplies the first `frames` frames of a rise that lasts `riseFrames`. */
export function fadeIn(samples: usize, frames: i32, riseFrames: i32): void {
  for (let i = 0; i < frames; i++, samples += 4) store<f32>(samples, load<f32>(samples) * risingGain(i, riseFrames));
}

/**
 * sin(x) for |x| ≤ π/2: Taylor to x¹³, error below 1e-9, a hundredth of half a unit in the last place of the f32 gain.
 */
export function sine(x: f64): f64 {
  let series: f64 = 1;
  for (let n: f64 = 12; n > 0; n -= 2) series = 1 - (series * x * x) / (n * (n + 1));
  return x * series;
}
