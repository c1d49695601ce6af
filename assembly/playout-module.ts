// The ABI of the playout module, which only a sink loads: the queue, its fades and its time stretching. It lives in the memory
// of the audio core and uses the core's kernels, so it has no constants of its own and one build serves all three.
export { playoutDuck } from './gain';
export { playoutArrived } from './jitter-control';
export {
  playoutBufferedFrames,
  playoutBytes,
  playoutCursor,
  playoutEnd,
  playoutHeardAt,
  playoutInit,
  playoutInterrupt,
  playoutLocate,
  playoutOpen,
  playoutPause,
  playoutReceivedFrames,
  playoutRenderedFrames,
  playoutResume,
  playoutStats,
  playoutTakeReport,
  playoutWrite,
} from './playout';
export { playoutRender } from './playout-render';
