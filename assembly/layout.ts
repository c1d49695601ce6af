// Every offset of every structure in linear memory, and nothing else. A region is the previous one plus its size, so a
// field can be added in one place. Offsets are bytes from the structure's address.

// Resampler: a header, then one stage, or two with the frames (f32) that pass between them.
/** Distance of the second stage, 0 if there is none. */
export const RESAMPLER_SECOND: usize = 0;
/** Distance of the frames that the first stage has made for the second. */
export const RESAMPLER_MIDDLE: usize = RESAMPLER_SECOND + 4;
/** Most frames that pass from stage to stage at once. */
export const RESAMPLER_MIDDLE_FRAMES: i32 = 1024;
/** Delay at 0 Hz in input frames (f64). */
export const RESAMPLER_DELAY: usize = RESAMPLER_MIDDLE + 4;
/** Output frames in an input frame (f64). */
export const RESAMPLER_RATIO: usize = RESAMPLER_DELAY + 8;
export const RESAMPLER_FIRST: usize = RESAMPLER_RATIO + 16;

// Stage of a resampler: a header, a bank or a table of phases, then the input streams (f32). Counts of input frames are over all
// streams together; frame n is in stream n mod `STAGE_STREAMS`.
/** L and M: an output frame is M / L input frames. */
export const STAGE_PHASES: usize = 0;
export const STAGE_STEP: usize = STAGE_PHASES + 4;
export const STAGE_STREAMS: usize = STAGE_STEP + 4;
export const STAGE_STREAM_BYTES: usize = STAGE_STREAMS + 4;
/** Distance of the input streams from the state. */
export const STAGE_INPUT: usize = STAGE_STREAM_BYTES + 4;
/** Frames older than the newest one that an output frame may need. */
export const STAGE_REACH: usize = STAGE_INPUT + 4;
/** Frames that the input streams hold. */
export const STAGE_CAPACITY: usize = STAGE_REACH + 4;
/** Frames of the input streams that are in use. */
export const STAGE_FILLED: usize = STAGE_CAPACITY + 4;
/** Index in the input streams of the newest frame that the next output frame needs. */
export const STAGE_NEWEST: usize = STAGE_FILLED + 4;
export const STAGE_PHASE: usize = STAGE_NEWEST + 4;
/** Jobs of the bank, 0 if there is a table. */
export const STAGE_JOBS: usize = STAGE_PHASE + 4;
/** Taps of a row of the table. */
export const STAGE_TAPS: usize = STAGE_JOBS + 4;
/** Delay at 0 Hz in input frames (f64). */
export const STAGE_DELAY: usize = STAGE_TAPS + 4;
export const STAGE_BODY: usize = STAGE_DELAY + 16;

// Bank: the address of each output stream, the output streams of some periods, then the jobs.
export const BANK_OUTPUTS: usize = STAGE_BODY;
/** Periods that a bank computes at once, a multiple of 32. */
export const BANK_PERIODS: i32 = 128;

// Job: a header, its runs, then edges of the same form, then the coefficients (f32) of all of them.
export const JOB_KIND: usize = 0;
/** Size of the job. */
export const JOB_BYTES: usize = JOB_KIND + 4;
export const JOB_OUTPUT: usize = JOB_BYTES + 4;
export const JOB_MIRROR_OUTPUT: usize = JOB_OUTPUT + 4;
export const JOB_RUNS: usize = JOB_MIRROR_OUTPUT + 4;
export const JOB_EDGES: usize = JOB_RUNS + 4;
/** The central tap (f32), and its input's distance from a period's first frame. */
export const JOB_CENTRE: usize = JOB_EDGES + 4;
export const JOB_CENTRE_INPUT: usize = JOB_CENTRE + 4;
export const JOB_RUNS_AT: usize = JOB_CENTRE_INPUT + 4;

// Run: where its first tap's input and the mirrored one lie from a period's first frame, and its coefficients.
export const RUN_INPUT: usize = 0;
export const RUN_MIRROR: usize = RUN_INPUT + 4;
export const RUN_TAPS: usize = RUN_MIRROR + 4;
/** Distance of the coefficients from the job. */
export const RUN_COEFFICIENTS: usize = RUN_TAPS + 4;
export const RUN_BYTES: usize = RUN_COEFFICIENTS + 4;

// Table of phases: a header, four sums of products (f32), distances of their windows (i32), the rows, and for each how far its window lies from that of
// the first row (i32, bytes).
/** Rows in the order of phases that outputs interpolate between, 0 if each phase has its own. */
export const TABLE_SHARED_ROWS: usize = STAGE_BODY;
export const TABLE_ALL_ROWS: usize = TABLE_SHARED_ROWS + 4;
/** Row of the next output. */
export const TABLE_INDEX: usize = TABLE_ALL_ROWS + 4;
export const TABLE_DOTS: usize = TABLE_INDEX + 8;
export const TABLE_DISTANCES: usize = TABLE_DOTS + 16;
export const TABLE_ROWS: usize = TABLE_DISTANCES + 16;

// Playout: a header, the motion (what a pause rewinds) and its copy, the handle table, the trace, jitter control, f32 staging, the
// scratch of the time stretch (absent if there is none), the resampler and its copy (absent at equal rates), the ring.
/** Frames of the ring, a power of two. */
export const PLAYOUT_CAPACITY_FRAMES: usize = 0;
/** Longest fade, in output frames. */
export const PLAYOUT_FADE_FRAMES: usize = PLAYOUT_CAPACITY_FRAMES + 4;
/** Delay of the resampler in frames of the ring. */
export const PLAYOUT_DELAY_FRAMES: usize = PLAYOUT_FADE_FRAMES + 4;
/** Size of the resampler, 0 at equal rates. */
export const PLAYOUT_RESAMPLER_BYTES: usize = PLAYOUT_DELAY_FRAMES + 4;
/** Newest handle, 0 before the first. */
export const PLAYOUT_NEWEST_HANDLE: usize = PLAYOUT_RESAMPLER_BYTES + 4;
/** Oldest handle that is not finished, or the newest one. */
export const PLAYOUT_CURSOR_HANDLE: usize = PLAYOUT_NEWEST_HANDLE + 4;
export const PLAYOUT_IS_INTERRUPTED: usize = PLAYOUT_CURSOR_HANDLE + 4;
export const PLAYOUT_IS_PAUSED: usize = PLAYOUT_IS_INTERRUPTED + 4;
export const PLAYOUT_WANTS_PAUSE: usize = PLAYOUT_IS_PAUSED + 4;
export const PLAYOUT_HAS_REPORT: usize = PLAYOUT_WANTS_PAUSE + 4;
/** Frames ever written (i64). */
export const PLAYOUT_WRITTEN_FRAMES: usize = PLAYOUT_HAS_REPORT + 4;
/** Frames ever written when the interrupt came (i64): the ring up to here is discarded. */
export const PLAYOUT_BARRIER_FRAMES: usize = PLAYOUT_WRITTEN_FRAMES + 8;
export const PLAYOUT_REFUSED_FRAMES: usize = PLAYOUT_BARRIER_FRAMES + 8;
/** Gain of the last output frame, where it is going, and how far it goes in a frame (f32). */
export const PLAYOUT_GAIN: usize = PLAYOUT_REFUSED_FRAMES + 8;
export const PLAYOUT_TARGET_GAIN: usize = PLAYOUT_GAIN + 4;
export const PLAYOUT_GAIN_STEP: usize = PLAYOUT_TARGET_GAIN + 4;
/** Rate of the items, and of the output, in Hz. */
export const PLAYOUT_ITEM_RATE: usize = PLAYOUT_GAIN_STEP + 4;
export const PLAYOUT_OUTPUT_RATE: usize = PLAYOUT_ITEM_RATE + 4;
/** Size of the scratch of the time stretch, 0 if items are only ever played as they are. */
export const PLAYOUT_STRETCH_BYTES: usize = PLAYOUT_OUTPUT_RATE + 4;
/**
 * What may be done to time from the next render on: 1 to make it longer in pauses, 2 in speech too, 3 more and with less regard
 * to its sound, 4 as far as it goes; −1 to −3 to make it shorter; 0 nothing. A splice takes so many frames at most, unless the
 * shortest takes more.
 */
export const PLAYOUT_WISH: usize = PLAYOUT_STRETCH_BYTES + 4;
export const PLAYOUT_WISH_FRAMES: usize = PLAYOUT_WISH + 4;
/** Whether audio that has not begun, or that follows a gap, waits in the ring. */
export const PLAYOUT_IS_HELD: usize = PLAYOUT_WISH_FRAMES + 4;
/** Whether this block may edit time, and searches that it may still make. */
export const PLAYOUT_MAY_EDIT: usize = PLAYOUT_IS_HELD + 4;
export const PLAYOUT_SEARCHES: usize = PLAYOUT_MAY_EDIT + 4;
/** Correlation of the last match (f32). */
export const PLAYOUT_CORRELATION: usize = PLAYOUT_SEARCHES + 4;
/** Entries ever made in the trace, and output frames ever rendered (i64). */
export const PLAYOUT_TRACED: usize = PLAYOUT_CORRELATION + 4;
export const PLAYOUT_OUTPUT_FRAMES: usize = PLAYOUT_TRACED + 8;
export const PLAYOUT_MOTION: usize = PLAYOUT_OUTPUT_FRAMES + 8;
/** Frames ever read from the ring (i64). */
export const PLAYOUT_READ_FRAMES: usize = PLAYOUT_MOTION;
/** Frames made of the ring since the present stream began, those in the queue below included (i64). */
export const PLAYOUT_STREAM_FRAMES: usize = PLAYOUT_READ_FRAMES + 8;
/** Frames of silence that followed the last frame read into the resampler. */
export const PLAYOUT_DRAINED_FRAMES: usize = PLAYOUT_STREAM_FRAMES + 8;
export const PLAYOUT_IS_STARVED: usize = PLAYOUT_DRAINED_FRAMES + 4;
/** Output frames of the present gap (i64). */
export const PLAYOUT_GAP_FRAMES: usize = PLAYOUT_IS_STARVED + 4;
/** Frames of the ring's rate that were concealed before its silence. */
export const PLAYOUT_GAP_CONCEALED_FRAMES: usize = PLAYOUT_GAP_FRAMES + 8;
export const PLAYOUT_INTERRUPTION_EVENTS: usize = PLAYOUT_GAP_CONCEALED_FRAMES + 4;
/** Output frames (i64). */
export const PLAYOUT_INTERRUPTION_FRAMES: usize = PLAYOUT_INTERRUPTION_EVENTS + 4;
export const PLAYOUT_UNDERRUN_FRAMES: usize = PLAYOUT_INTERRUPTION_FRAMES + 8;
export const PLAYOUT_UNDERRUN_EVENTS: usize = PLAYOUT_UNDERRUN_FRAMES + 8;
/** Whether the next frame that sounds starts a rise from silence. */
export const PLAYOUT_RISES: usize = PLAYOUT_UNDERRUN_EVENTS + 4;
/** Last output sample, and the step to it (f32). */
export const PLAYOUT_LAST_SAMPLE: usize = PLAYOUT_RISES + 4;
export const PLAYOUT_LAST_STEP: usize = PLAYOUT_LAST_SAMPLE + 4;
/** Sample and step that decay in a gap (f32), and the frames of that decay to come. */
export const PLAYOUT_RELEASE_SAMPLE: usize = PLAYOUT_LAST_STEP + 4;
export const PLAYOUT_RELEASE_STEP: usize = PLAYOUT_RELEASE_SAMPLE + 4;
export const PLAYOUT_RELEASE_FRAMES: usize = PLAYOUT_RELEASE_STEP + 4;
/** How the next frames come about (`VERBATIM` …), frames since that began, and frames that it lasts. */
export const PLAYOUT_MODE: usize = PLAYOUT_RELEASE_FRAMES + 4;
export const PLAYOUT_MODE_INDEX: usize = PLAYOUT_MODE + 4;
export const PLAYOUT_MODE_FRAMES: usize = PLAYOUT_MODE_INDEX + 4;
/** Whether a crossfade leads away from the concealment, and where to: a frame of the ring, −1 for silence (i64). */
export const PLAYOUT_FROM_CONCEALMENT: usize = PLAYOUT_MODE_FRAMES + 4;
export const PLAYOUT_CROSS_TO: usize = PLAYOUT_FROM_CONCEALMENT + 4;
/** Whether both sides of it are noise. */
export const PLAYOUT_CROSS_IS_NOISE: usize = PLAYOUT_CROSS_TO + 8;
/** Frames of the period that conceals, and frames of concealment behind which audio is to be merged, −1 if not. */
export const PLAYOUT_PERIOD_FRAMES: usize = PLAYOUT_CROSS_IS_NOISE + 4;
export const PLAYOUT_MERGE_AT: usize = PLAYOUT_PERIOD_FRAMES + 4;
/** Difference at the beginning of the concealment, which decays (f32). */
export const PLAYOUT_OFFSET: usize = PLAYOUT_MERGE_AT + 4;
/** Frames of concealment in all, of which the crossfade that ends it has taken over. */
export const PLAYOUT_CONCEALMENT_INDEX: usize = PLAYOUT_OFFSET + 4;
export const PLAYOUT_CONCEALMENT_LENGTH: usize = PLAYOUT_CONCEALMENT_INDEX + 4;
/** Whether the ring ran dry and the concealment has been heard to its end. */
export const PLAYOUT_IS_DRY: usize = PLAYOUT_CONCEALMENT_LENGTH + 4;
/** Frames to be played as they are before the next splice. */
export const PLAYOUT_REST_FRAMES: usize = PLAYOUT_IS_DRY + 4;
/** Power of speech (f32): what a pause is measured against. */
export const PLAYOUT_SPEECH_POWER: usize = PLAYOUT_REST_FRAMES + 4;
export const PLAYOUT_CONCEALMENT_EVENTS: usize = PLAYOUT_SPEECH_POWER + 4;
export const PLAYOUT_CONCEALED_FRAMES: usize = PLAYOUT_CONCEALMENT_EVENTS + 4;
export const PLAYOUT_INSERTED_FRAMES: usize = PLAYOUT_CONCEALED_FRAMES + 8;
export const PLAYOUT_REMOVED_FRAMES: usize = PLAYOUT_INSERTED_FRAMES + 8;
/** Breakpoints of the stream ever made: from a frame of the stream on, a frame of the ring, moving or not. */
export const PLAYOUT_BREAKPOINTS: usize = PLAYOUT_REMOVED_FRAMES + 8;
export const PLAYOUT_BREAKPOINT_TABLE: usize = PLAYOUT_BREAKPOINTS + 8;
/** A power of two: more than the frames that a filter delays can hold. */
export const PLAYOUT_BREAKPOINT_COUNT: i32 = 8;
/** Frames (f32) that are made and wait to complete an output frame. */
export const PLAYOUT_QUEUED_FRAMES: usize = PLAYOUT_BREAKPOINT_TABLE + 24 * <usize>PLAYOUT_BREAKPOINT_COUNT;
/** Frames that go into the resampler at once. */
export const PLAYOUT_STAGING_FRAMES: i32 = 512;
export const PLAYOUT_QUEUE: usize = PLAYOUT_QUEUED_FRAMES + 8;
export const PLAYOUT_MOTION_COPY: usize = PLAYOUT_QUEUE + ((<usize>PLAYOUT_STAGING_FRAMES) << 2);
export const PLAYOUT_MOTION_BYTES: usize = PLAYOUT_MOTION_COPY - PLAYOUT_MOTION;
export const PLAYOUT_HANDLES: usize = PLAYOUT_MOTION_COPY + PLAYOUT_MOTION_BYTES;
/** Entries of the handle table, a power of two: as many items can be unfinished at once. */
export const PLAYOUT_HANDLE_COUNT: i32 = 64;
/** Trace: {output frame, frame of the ring} (i64) wherever the one stopped following from the other. */
export const PLAYOUT_TRACE: usize = PLAYOUT_HANDLES + ((<usize>PLAYOUT_HANDLE_COUNT) << 5);
export const PLAYOUT_TRACE_COUNT: i32 = 128;
/** Frames that left the ring to be heard (i64); seconds that frames have waited in it, and were to wait (f64). */
export const PLAYOUT_EMITTED_FRAMES: usize = PLAYOUT_TRACE + ((<usize>PLAYOUT_TRACE_COUNT) << 4);
export const PLAYOUT_DELAY_S: usize = PLAYOUT_EMITTED_FRAMES + 8;
export const PLAYOUT_TARGET_DELAY_S: usize = PLAYOUT_DELAY_S + 8;
export const PLAYOUT_CONTROL: usize = PLAYOUT_TARGET_DELAY_S + 8;

// Jitter control: times on the clock of the output and how long, in milliseconds (f64); flags; then lateness.
export const CONTROL_NOW_MS: usize = 0;
export const CONTROL_FIRST_ARRIVAL_MS: usize = CONTROL_NOW_MS + 8;
export const CONTROL_LAST_ARRIVAL_MS: usize = CONTROL_FIRST_ARRIVAL_MS + 8;
/** Usual time between two arrivals. */
export const CONTROL_INTERVAL_MS: usize = CONTROL_LAST_ARRIVAL_MS + 8;
/** Audio of the item so far. */
export const CONTROL_RECEIVED_MS: usize = CONTROL_INTERVAL_MS + 8;
/** Of audio that came in one, in the last answer. */
export const CONTROL_SPEED: usize = CONTROL_RECEIVED_MS + 8;
/** How far behind its schedule paced audio is to be played. */
export const CONTROL_TARGET_MS: usize = CONTROL_SPEED + 8;
/** What pauses have made this answer late by: it stays that late, or speech would be hurried after each of them. */
export const CONTROL_PAUSED_MS: usize = CONTROL_TARGET_MS + 8;
export const CONTROL_HANDLE: usize = CONTROL_PAUSED_MS + 8;
export const CONTROL_HAS_ENDED: usize = CONTROL_HANDLE + 4;
export const CONTROL_IS_BURST: usize = CONTROL_HAS_ENDED + 4;
export const CONTROL_WAS_LATE: usize = CONTROL_IS_BURST + 4;
/** Whether the beginning of the item waits; in the block of a fade, which is of what came before, it makes no difference. */
export const CONTROL_IS_HELD: usize = CONTROL_WAS_LATE + 4;
export const CONTROL_LATENESS: usize = CONTROL_IS_HELD + 8;

// Lateness: milliseconds (f64), then what the intervals of each bucket weigh and the bounds of the buckets (f64).
/** When the first sample of the item would have been due, by the fastest packet of this span and of the last one. */
export const LATENESS_SCHEDULE_MS: usize = 0;
export const LATENESS_LAST_SCHEDULE_MS: usize = LATENESS_SCHEDULE_MS + 8;
export const LATENESS_SPAN_START_MS: usize = LATENESS_LAST_SCHEDULE_MS + 8;
export const LATENESS_INTERVAL_START_MS: usize = LATENESS_SPAN_START_MS + 8;
/** Greatest of the present interval. */
export const LATENESS_WORST_MS: usize = LATENESS_INTERVAL_START_MS + 8;
/** The delay beyond which waiting for late audio costs more than it saves. */
export const LATENESS_WORTHWHILE_MS: usize = LATENESS_WORST_MS + 8;
export const LATENESS_WEIGHTS: usize = LATENESS_WORTHWHILE_MS + 8;
export const LATENESS_BUCKETS: i32 = 118;
export const LATENESS_BOUNDS_MS: usize = LATENESS_WEIGHTS + ((<usize>LATENESS_BUCKETS) << 3);
export const LATENESS_BYTES: usize = LATENESS_BOUNDS_MS + ((<usize>LATENESS_BUCKETS) << 3);

/** Aligned for v128. */
export const PLAYOUT_STAGING: usize = (PLAYOUT_CONTROL + CONTROL_LATENESS + LATENESS_BYTES + 15) & ~15;
export const PLAYOUT_STRETCH: usize = PLAYOUT_STAGING + ((<usize>PLAYOUT_STAGING_FRAMES) << 2);

// One breakpoint, 24 bytes.
export const BREAKPOINT_STREAM_FRAMES: usize = 0;
export const BREAKPOINT_RING_FRAMES: usize = BREAKPOINT_STREAM_FRAMES + 8;
export const BREAKPOINT_IS_MOVING: usize = BREAKPOINT_RING_FRAMES + 8;

// Scratch of the time stretch: lengths that follow from the rate, then four blocks (f32) whose addresses follow from these.
/** Frames of a crossfade, of what is compared, and of the shortest and the longest period of a voice. */
export const STRETCH_CROSS_FRAMES: usize = 0;
export const STRETCH_WINDOW_FRAMES: usize = STRETCH_CROSS_FRAMES + 4;
export const STRETCH_LEAST_LAG: usize = STRETCH_WINDOW_FRAMES + 4;
export const STRETCH_MOST_LAG: usize = STRETCH_LEAST_LAG + 4;
/** Frames that are averaged to one for a coarse search. */
export const STRETCH_DECIMATION: usize = STRETCH_MOST_LAG + 4;
/** Four inner products (f32). */
export const STRETCH_DOTS: usize = STRETCH_DECIMATION + 12;
/** What is compared, and what with. */
export const STRETCH_BLOCKS: usize = STRETCH_DOTS + 16;

// One entry of the handle table, 32 bytes.
export const HANDLE_NUMBER: usize = 0;
/** 0 never used, 1 live, 2 cancelled and still fading, 3 cancelled and final, 4 cancelled and reported. */
export const HANDLE_STATE: usize = HANDLE_NUMBER + 4;
export const HANDLE_HAS_ENDED: usize = HANDLE_STATE + 4;
export const HANDLE_RECEIVED_FRAMES: usize = HANDLE_HAS_ENDED + 4;
/** Frames rendered when it was cancelled; of a live handle they follow from the position. */
export const HANDLE_RENDERED_FRAMES: usize = HANDLE_RECEIVED_FRAMES + 4;
/** `PLAYOUT_WRITTEN_FRAMES` before its first frame (i64). */
export const HANDLE_START_FRAMES: usize = HANDLE_RENDERED_FRAMES + 4;

// Meter: sum of squares (f64), what was counted (f64), the peak (f32), then sixteen partial sums (f32) of a stretch.
export const METER_SUM_SQUARES: usize = 0;
export const METER_FRAMES: usize = METER_SUM_SQUARES + 8;
export const METER_CLIPS: usize = METER_FRAMES + 8;
export const METER_PEAK: usize = METER_CLIPS + 8;
export const METER_LANES: usize = METER_PEAK + 8;
export const METER_BYTES: usize = METER_LANES + 64;

// Dither: eight generators (u32), then the one whose turn it is.
export const DITHER_TURN: usize = 32;
export const DITHER_BYTES: usize = DITHER_TURN + 4;

// Loudness: parameters, the delay lines of both filters (f64), the powers of blocks (f64), the true peak's taps and input.
/** Frames of a block of 100 ms. */
export const LOUDNESS_BLOCK_FRAMES: usize = 0;
/** Frames of the present block so far. */
export const LOUDNESS_FILLED: usize = LOUDNESS_BLOCK_FRAMES + 4;
/** Largest interpolated magnitude (f32). */
export const LOUDNESS_TRUE_PEAK: usize = LOUDNESS_FILLED + 4;
/** Where the next input frame goes. */
export const LOUDNESS_NEWEST: usize = LOUDNESS_TRUE_PEAK + 4;
/** b0, b1, b2, −a1, −a2 of the shelf, then −a1, −a2 of the high-pass. */
export const LOUDNESS_COEFFICIENTS: usize = LOUDNESS_NEWEST + 4;
/** Two states of the shelf, two of the high-pass, and the power of the present block. */
export const LOUDNESS_DELAYS: usize = LOUDNESS_COEFFICIENTS + 56;
export const LOUDNESS_POWER: usize = LOUDNESS_DELAYS + 32;
/** Powers of the last four blocks. */
export const LOUDNESS_BLOCKS: usize = LOUDNESS_POWER + 8;
/** Twelve taps of four phases (f32). */
export const LOUDNESS_TAPS: usize = LOUDNESS_BLOCKS + 32;
/** The last twelve input frames (f32), twice, so that they lie in a row wherever the newest is. */
export const LOUDNESS_INPUT: usize = LOUDNESS_TAPS + 192;
export const LOUDNESS_BYTES: usize = LOUDNESS_INPUT + 96;

// Packetizer: a header, then the packet (PCM16).
export const PACKETIZER_FRAMES: usize = 0;
export const PACKETIZER_FILLED: usize = PACKETIZER_FRAMES + 4;
export const PACKETIZER_PACKET: usize = PACKETIZER_FILLED + 12;

// Voice activity: the meter of the present packet, the least power of each span (f64), parameters, state.
export const VOICE_ACTIVITY_METER: usize = 0;
export const VOICE_ACTIVITY_SPANS: usize = VOICE_ACTIVITY_METER + METER_BYTES;
/** Threshold as a multiple of the floor's power (f64), and least power of speech (f64). */
export const VOICE_ACTIVITY_THRESHOLD_RATIO: usize = VOICE_ACTIVITY_SPANS + 32;
export const VOICE_ACTIVITY_GATE_POWER: usize = VOICE_ACTIVITY_THRESHOLD_RATIO + 8;
/** Packets of voice that start speech, of quiet that stop it, of padding before it, and of a span of the floor. */
export const VOICE_ACTIVITY_ONSET_PACKETS: usize = VOICE_ACTIVITY_GATE_POWER + 8;
export const VOICE_ACTIVITY_SILENCE_PACKETS: usize = VOICE_ACTIVITY_ONSET_PACKETS + 4;
export const VOICE_ACTIVITY_PREFIX_PACKETS: usize = VOICE_ACTIVITY_SILENCE_PACKETS + 4;
export const VOICE_ACTIVITY_SPAN_PACKETS: usize = VOICE_ACTIVITY_PREFIX_PACKETS + 4;
/** Packets heard. */
export const VOICE_ACTIVITY_HEARD_PACKETS: usize = VOICE_ACTIVITY_SPAN_PACKETS + 4;
/** Packets in a row that speak for a change of state. */
export const VOICE_ACTIVITY_RUN_PACKETS: usize = VOICE_ACTIVITY_HEARD_PACKETS + 4;
export const VOICE_ACTIVITY_IS_SPEAKING: usize = VOICE_ACTIVITY_RUN_PACKETS + 4;
/** Packets before the newest speech, and before the end of it. */
export const VOICE_ACTIVITY_START_PACKETS: usize = VOICE_ACTIVITY_IS_SPEAKING + 4;
export const VOICE_ACTIVITY_STOP_PACKETS: usize = VOICE_ACTIVITY_START_PACKETS + 4;
export const VOICE_ACTIVITY_BYTES: usize = VOICE_ACTIVITY_STOP_PACKETS + 4;

// Barge-in detector: a header, the coefficients of the bands (f64), the banks of both signals, then for each band (f64) what is
// known of it, and the powers of the agent's newest frames.
/** Bands that both signals are split into. */
export const BARGE_IN_BANDS: i32 = 6;
/** Input frames that are averaged to one, and how many such averages are a frame of 10 ms. */
export const BARGE_IN_DECIMATION: usize = 0;
export const BARGE_IN_FRAME_SAMPLES: usize = BARGE_IN_DECIMATION + 4;
/** Input frames of the present average, and averages of the present frame. */
export const BARGE_IN_DECIMATED: usize = BARGE_IN_FRAME_SAMPLES + 4;
export const BARGE_IN_FILLED: usize = BARGE_IN_DECIMATED + 4;
/** Frames of a microphone that is not silent, and frames of the agent. */
export const BARGE_IN_HEARD_FRAMES: usize = BARGE_IN_FILLED + 4;
export const BARGE_IN_AGENT_FRAMES: usize = BARGE_IN_HEARD_FRAMES + 4;
/** Points of the newest four frames, four bits each. */
export const BARGE_IN_POINTS: usize = BARGE_IN_AGENT_FRAMES + 4;
/** Whether that is speech under way, and frames in a row that speak against it. */
export const BARGE_IN_IS_SPEAKING: usize = BARGE_IN_POINTS + 4;
export const BARGE_IN_QUIET_FRAMES: usize = BARGE_IN_IS_SPEAKING + 4;
/** Frames since the newest block of learning began, and blocks ever learnt. */
export const BARGE_IN_BLOCK_FRAMES: usize = BARGE_IN_QUIET_FRAMES + 4;
/** Sums of the present average (f64). */
export const BARGE_IN_MICROPHONE_SUM: usize = BARGE_IN_BLOCK_FRAMES + 4;
export const BARGE_IN_AGENT_SUM: usize = BARGE_IN_MICROPHONE_SUM + 8;
/** b0, −a1, −a2 of each band. */
export const BARGE_IN_COEFFICIENTS: usize = BARGE_IN_AGENT_SUM + 8;
export const BAND_COEFFICIENTS_BYTES: usize = 24;
/** Bank: four states and the sum of squares of each band. */
export const BARGE_IN_MICROPHONE: usize = BARGE_IN_COEFFICIENTS + <usize>BARGE_IN_BANDS * BAND_COEFFICIENTS_BYTES;
export const BAND_STATE_BYTES: usize = 40;
export const BAND_SUM_SQUARES: usize = 32;
export const BARGE_IN_AGENT: usize = BARGE_IN_MICROPHONE + <usize>BARGE_IN_BANDS * BAND_STATE_BYTES;
/**
 * Of each band: smoothed power, slowly smoothed power and its minima of four spans; then, as shares of the agent's power, the most
 * of the present block, of a voice, and of four spans, and how many blocks the spans are of.
 */
export const BARGE_IN_KNOWN: usize = BARGE_IN_AGENT + <usize>BARGE_IN_BANDS * BAND_STATE_BYTES;
export const BAND_POWER: usize = 0;
export const BAND_SLOW_POWER: usize = BAND_POWER + 8;
export const BAND_MINIMA: usize = BAND_SLOW_POWER + 8;
export const BAND_BLOCK_ECHO: usize = BAND_MINIMA + 32;
export const BAND_VOICE_ECHO: usize = BAND_BLOCK_ECHO + 8;
export const BAND_ECHOES: usize = BAND_VOICE_ECHO + 8;
export const BAND_LEARNT_BLOCKS: usize = BAND_ECHOES + 32;
export const BAND_KNOWN_BYTES: usize = BAND_LEARNT_BLOCKS + 8;
export const BARGE_IN_HISTORY: usize = BARGE_IN_KNOWN + <usize>BARGE_IN_BANDS * BAND_KNOWN_BYTES;
/** Frames that an echo may be late, reverberation included. */
export const BARGE_IN_ECHO_FRAMES: i32 = 30;
export const BARGE_IN_BYTES: usize = BARGE_IN_HISTORY + 8 * <usize>(BARGE_IN_BANDS * BARGE_IN_ECHO_FRAMES);
