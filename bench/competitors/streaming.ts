/** A sample rate converter of whatever origin, in one setting. */
export interface StreamingResampler<Stream extends ResamplerStream = ResamplerStream> {
  readonly name: string;
  /** Whether blocks can be converted one after the other. If not, each block is taken for a whole signal. */
  readonly isStreaming: boolean;
  open(inputRate: number, outputRate: number): Promise<Stream>;
}

/** One channel on its way through a converter. */
export interface ResamplerStream {
  /** Takes the next frames and returns what came out, valid until the next call. */
  convert(input: Float32Array): Float32Array | Promise<Float32Array>;
  /** Nanoseconds of converting `block` `times` times. */
  time(times: number, block: Float32Array): number | Promise<number>;
  close(): void;
}

/** A stream that answers at once, as all within this process do. */
export interface SynchronousStream extends ResamplerStream {
  convert(input: Float32Array): Float32Array;
}
