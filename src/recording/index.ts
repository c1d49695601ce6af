// Recordings of calls: both sides as heard.

export { recordCall, type RecordCallOptions } from './record-call.ts';
export { WAV_HEADER_BYTES, wavHeader } from './wav-header.ts';
