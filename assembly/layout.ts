// Every offset of every structure in linear memory, and nothing else. A region is the previous one plus its size, so a
// field can be added in one place. Offsets are bytes from the structure's address.

// Resampler: a header, the coefficients of every phase, then the input buffer (both f32).
export const RESAMPLER_PHASES: usize = 0;
export const RESAMPLER_STEP: usize = RESAMPLER_PHASES + 4;
export const RESAMPLER_TAPS: usize = RESAMPLER_STEP + 4;
/** Frames that the input buffer holds. */
export const RESAMPLER_CAPACITY: usize = RESAMPLER_TAPS + 4;
/** Frames of the input buffer that are in use. */
export const RESAMPLER_FILLED: usize = RESAMPLER_CAPACITY + 4;
/** Index in the input buffer of the newest frame that the next output frame needs. */
export const RESAMPLER_NEWEST: usize = RESAMPLER_FILLED + 4;
export const RESAMPLER_PHASE: usize = RESAMPLER_NEWEST + 4;
export const RESAMPLER_COEFFICIENTS: usize = RESAMPLER_PHASE + 8;
