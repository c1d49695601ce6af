import type { Recording } from './recording.ts';
import { traceRecording } from './trace-recording.ts';
import { wireRecording } from './wire-recording.ts';

/** Reads a wire log (`serve --record`, Save) or a trace (`demo`, `trace`); throws with what is wrong. */
export function readRecording(text: string): Recording {
  return text.startsWith('{"traceEvents"') ? traceRecording(text) : wireRecording(text);
}
