import type { CodecFormat } from './codec-format.ts';

/** Longest record in the ring to the processor, which takes one a quantum, in bytes: 85 ms of PCM16 at 24 kHz. */
export const DECODE_RECORD_BYTES = 4096;

/** `processorOptions` of the node 'bargein-codec'. */
export interface CodecProcessorOptions {
  /** The compiled audio core; the page compiles it, the render thread can't. */
  readonly module: WebAssembly.Module;
  /** The compiled playout module, from the same place. */
  readonly playoutModule: WebAssembly.Module;
  readonly format: CodecFormat;
  /** Rate of the packets, in Hz. */
  readonly packetRate: number;
  /** Length of the packets that are made. */
  readonly packetMs: number;
  /** Rate of the context, in Hz, for a scope that does not know it when the processor is made; default is what it says. */
  readonly contextRate?: number;
  /** Frames at `packetRate` that wait to be rendered, a power of two. */
  readonly capacityFrames: number;
  readonly isAdaptive: boolean;
  /** Memory of two `SharedRing`s, in place of messages `decode`, `clear` and `packet`. */
  readonly rings?: {
    /** To the page. */
    readonly encoded: SharedArrayBuffer;
    /** From the page, records of `DECODE_RECORD_BYTES` at most. */
    readonly decode: SharedArrayBuffer;
  };
}

/** To the codec processor. */
export type CodecCommand =
  | { readonly type: 'decode'; readonly packet: Uint8Array<ArrayBuffer> }
  /** What waits to be heard is dropped. */
  | { readonly type: 'clear' }
  /** The end; nothing is obeyed any more. */
  | { readonly type: 'close' };

/** From the codec processor. */
export type CodecEvent =
  | { readonly type: 'packet'; readonly packet: Uint8Array<ArrayBuffer> }
  /** A clear is complete: frames at `packetRate` that were rendered since the one before. */
  | { readonly type: 'cleared'; readonly renderedFrames: number }
  | { readonly type: 'error'; readonly code: string; readonly message: string };
