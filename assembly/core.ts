// What the playout module has from the audio core: the host instantiates it on the core's memory and hands it these exports of
// the core, so addresses mean the same on both sides and no sample is copied between them.

export declare function dotFour(
  dst: usize,
  taps: i32,
  window0: usize,
  row0: usize,
  window1: usize,
  row1: usize,
  window2: usize,
  row2: usize,
  window3: usize,
  row3: usize,
): void;

export declare function floatFromPcm16(dst: usize, src: usize, frames: i32): void;

export declare function meterMeanSquare(state: usize): f64;

export declare function meterReset(state: usize): void;

export declare function resamplerBytes(inputRate: i32, outputRate: i32, maxBlockFrames: i32, grade: i32): i32;

export declare function resamplerDelayInputFrames(state: usize): i32;

export declare function resamplerInit(
  state: usize,
  inputRate: i32,
  outputRate: i32,
  maxBlockFrames: i32,
  grade: i32,
): void;

export declare function resamplerInputFramesNeeded(state: usize, outputFrames: i32): i32;

export declare function resamplerOutputFramesAvailable(state: usize, inputFrames: i32): i32;

export declare function resamplerProcess(
  state: usize,
  dst: usize,
  dstCapacityFrames: i32,
  src: usize,
  inputFrames: i32,
): i32;

export declare function resamplerReset(state: usize): void;
