// Blocks of any size in, PCM16 packets of one size out. The writer offers frames until they are all taken; whenever the
// packet is full it reads the packet and clears it. No sample is lost or repeated, whatever the block sizes.
import { PACKETIZER_FILLED, PACKETIZER_FRAMES, PACKETIZER_PACKET } from './layout';
import { pcm16FromFloat } from './pcm16';

/** Size of the state of a packetizer for packets of `packetFrames`. */
export function packetizerBytes(packetFrames: i32): i32 {
  return <i32>PACKETIZER_PACKET + (packetFrames << 1);
}

/** Makes the memory at `state` an empty packetizer. */
export function packetizerInit(state: usize, packetFrames: i32): void {
  store<i32>(state, packetFrames, PACKETIZER_FRAMES);
  store<i32>(state, 0, PACKETIZER_FILLED);
}

/** Takes as many of the `frames` PCM16 samples at `src` as the packet has room for; returns how many. */
export function packetizerWrite(state: usize, src: usize, frames: i32): i32 {
  const filled = load<i32>(state, PACKETIZER_FILLED);
  const taken = min(frames, load<i32>(state, PACKETIZER_FRAMES) - filled);
  memory.copy(state + PACKETIZER_PACKET + (filled << 1), src, taken << 1);
  store<i32>(state, filled + taken, PACKETIZER_FILLED);
  return taken;
}

/** Like `packetizerWrite`, from floats. */
export function packetizerWriteFloat(state: usize, src: usize, frames: i32): i32 {
  const filled = load<i32>(state, PACKETIZER_FILLED);
  const taken = min(frames, load<i32>(state, PACKETIZER_FRAMES) - filled);
  pcm16FromFloat(state + PACKETIZER_PACKET + (filled << 1), src, taken);
  store<i32>(state, filled + taken, PACKETIZER_FILLED);
  return taken;
}

/** Fills the packet up with silence and returns how many of its frames are sound. */
export function packetizerPad(state: usize): i32 {
  const filled = load<i32>(state, PACKETIZER_FILLED);
  const frames = load<i32>(state, PACKETIZER_FRAMES);
  memory.fill(state + PACKETIZER_PACKET + (filled << 1), 0, (frames - filled) << 1);
  store<i32>(state, frames, PACKETIZER_FILLED);
  return filled;
}

/** Empties the packet. */
export function packetizerClear(state: usize): void {
  store<i32>(state, 0, PACKETIZER_FILLED);
}

/** Frames in the packet now. */
export function packetizerFilled(state: usize): i32 {
  return load<i32>(state, PACKETIZER_FILLED);
}

/** Address of the packet; its place never changes. */
export function packetizerPacket(state: usize): usize {
  return state + PACKETIZER_PACKET;
}
