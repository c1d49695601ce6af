import type { HandlePosition } from '../audio/playout.ts';
import type { HoldAction } from './holdable-playout.ts';
import type { PlaybackMemory } from './playback-records.ts';

/** `processorOptions` of the node 'bargein-playback'. */
export interface PlaybackOptions {
  /** The compiled audio core; the page compiles it, the render thread can't. */
  readonly module: WebAssembly.Module;
  /** The compiled playout module, from the same place. */
  readonly playoutModule: WebAssembly.Module;
  /** Rate of the written samples, in Hz; default 24000. */
  readonly itemRate?: number;
  /** Rate of the context, in Hz, for a scope that does not know it when the processor is made; default is what it says. */
  readonly contextRate?: number;
  /** Frames that the ring holds, a power of two; default 2²². */
  readonly capacityFrames?: number;
  /** Whether missing audio is concealed and time is bent to what the network does; default true. */
  readonly isAdaptive?: boolean;
  /** Then commands and events go through it, but for `watch`, `release`, `held`, `locate`, `close` and `error`. */
  readonly memory?: PlaybackMemory;
}

/**
 * To the playback processor. Handles are 1, 2, 3 … in the order of `open`, with at most 64 of them unfinished. The
 * sender knows what the ring has room for: its capacity, less what it wrote, plus what positions and reports say has
 * left. `open`, `write` and `end` are obeyed in order, as much in each quantum as it has time for; all else at once.
 */
export type PlaybackCommand =
  | { readonly type: 'open'; readonly handle: number }
  | { readonly type: 'write'; readonly handle: number; readonly samples: Int16Array }
  | { readonly type: 'end'; readonly handle: number }
  | { readonly type: 'interrupt'; readonly interruptId: string }
  | { readonly type: 'pause' | 'resume' }
  /** Turns the output down, to at most 0 dB, until `unduck` or an interrupt. */
  | { readonly type: 'duck'; readonly gainDb: number }
  | { readonly type: 'unduck' }
  /** A microphone may hold the output, which it says on `port`; a `held` tells of it. Only the newest one may. */
  | { readonly type: 'watch'; readonly port: MessagePort; readonly action: HoldAction; readonly duckDb: number }
  /** The end of the hold: the agent goes on, and the microphone is told that it was none who spoke. */
  | { readonly type: 'release' }
  /** Asks for a `position` at once. */
  | { readonly type: 'locate' }
  /** Silence at once and for good; nothing is obeyed any more. */
  | { readonly type: 'close' };

/** Where the playback processor is. */
export interface PlaybackPosition {
  readonly type: 'position';
  /** Every earlier handle is finished, no later one has begun. */
  readonly handle: number;
  readonly renderedFrames: number;
  readonly bufferedFrames: number;
  readonly underrunEvents: number;
  readonly concealedFrames: number;
  /** How far behind its schedule paced audio is to be played, in milliseconds. */
  readonly targetDelayMs: number;
  /** RMS of the output since the last position, in dB relative to full scale; −Infinity for silence. */
  readonly outputDb: number;
  readonly contextFrame: number;
}

/** A message of the playback processor: positions come as the numbers that they have in shared memory. */
export type PlaybackMessage =
  | Exclude<PlaybackEvent, PlaybackPosition>
  | { readonly type: 'position'; readonly numbers: Float64Array };

/**
 * From the playback processor: positions at most every 20 ms while they change, reports and errors at once. All counts
 * are frames at the item's rate, except `contextFrame`, which is the frame of the context that the next quantum begins
 * with.
 */
export type PlaybackEvent =
  | PlaybackPosition
  | {
      readonly type: 'report';
      /** Newest interrupt that is complete; it answers earlier ones too. */
      readonly interruptId: string;
      readonly items: readonly HandlePosition[];
      readonly contextFrame: number;
    }
  /** The microphone holds the output. An interrupt, a pause or a duck is the end of it, or a `release`. */
  | { readonly type: 'held'; readonly contextFrame: number }
  /** A command that the protocol rules out was not obeyed. */
  | { readonly type: 'error'; readonly code: string; readonly message: string };

/** `processorOptions` of the node 'bargein-capture'. */
export interface CaptureOptions {
  /** The compiled audio core, as for playback. */
  readonly module: WebAssembly.Module;
  /** Rate of the packets, in Hz; default 24000. */
  readonly packetRate?: number;
  /** Rate of the context, in Hz, for a scope that does not know it when the processor is made; default is what it says. */
  readonly contextRate?: number;
  /** Of a `SharedRing`; then packets and levels go through it. */
  readonly memory?: SharedArrayBuffer;
  /** The compiled detector of barge-ins, if there is to be one: the second input has what the speaker is given then. */
  readonly bargeInModule?: WebAssembly.Module;
}

/** From the capture processor to the playback processor: somebody began to speak. */
export const ONSET = 'onset';
/** In turn: that was an echo. */
export const ECHO = 'echo';

/** To the capture processor. */
export type CaptureCommand =
  /** Muted, it hears nothing: packets go on, of zeros, from the samples on that are not yet in one. */
  | { readonly type: 'mute' | 'unmute' }
  /** To the playback processor that is to hold the agent when somebody begins to speak. */
  | { readonly type: 'watch'; readonly port: MessagePort }
  /** The end; nothing is obeyed any more. */
  | { readonly type: 'close' };

/** From the capture processor. */
export type CaptureEvent =
  /** 20 ms of PCM16. */
  | { readonly type: 'packet'; readonly samples: Int16Array<ArrayBuffer> }
  /** Level of the last three packets, in dB relative to full scale; −Infinity for silence. */
  | { readonly type: 'level'; readonly rmsDb: number; readonly peakDb: number }
  /** Packets are lost because the page has taken none for long; told once. */
  | { readonly type: 'error'; readonly code: string; readonly message: string };

/** An event that its sender fills again and again: posting it copies it. */
export type Refilled<Event> = { -readonly [Key in keyof Event]: Event[Key] };
