// What must be true of every call, and the figures that are printed at its end.

import type { CallRecord, Truncation } from './call-record.ts';
import { CALLER_LINES } from './script.ts';
import { QUANTUM_FRAMES } from './sound-card.ts';

/** Silence is due this long after the session knows of the barge-in. */
const SILENCE_DUE_MS = 20;

/** One statement about the call, and whether it holds. */
export interface Check {
  readonly statement: string;
  readonly holds: boolean;
}

/** Latencies of one turn, in ms from the last frame of speech; null where that stage was not reached. */
export interface TurnLatency {
  readonly text: string;
  readonly turnEndMs: number | null;
  readonly responseMs: number | null;
  readonly receivedMs: number | null;
  readonly heardMs: number | null;
}

/** Whole milliseconds of a truncated item that the recording holds: what its `audio_end_ms` must be. */
export function renderedMs(record: CallRecord, { itemId }: Truncation): number {
  return Math.floor((heardFrames(record, itemId) * 1000) / record.sampleRate);
}

/** Milliseconds from the moment the session knew to the end of the fade; null if nothing was audible. */
export function silenceAfterMs(record: CallRecord, knownFrame: number): number | null {
  const cut = record.heard.find((run) => run.startFrame <= knownFrame && run.endFrame > knownFrame - QUANTUM_FRAMES);
  return cut === undefined ? null : (Math.max(0, cut.endFrame - knownFrame) * 1000) / record.sampleRate;
}

/** The latencies of each line of the caller, in order. */
export function turnLatencies(record: CallRecord): TurnLatency[] {
  const msSince = (fromFrame: number, frame: number | undefined): number | null =>
    frame === undefined ? null : ((frame - fromFrame) * 1000) / record.sampleRate;
  return record.spoken.map(({ text, endFrame }, turn) => {
    const untilFrame = record.spoken[turn + 1]?.startFrame ?? Infinity;
    const isInTurn = (frame: number): boolean => frame >= endFrame && frame < untilFrame;
    const mark = (label: string) => record.marks.find((found) => found.label === label && isInTurn(found.frame));
    return {
      text,
      turnEndMs: msSince(endFrame, mark('speech_stopped')?.frame),
      responseMs: msSince(endFrame, mark('response')?.frame),
      receivedMs: msSince(endFrame, record.received.find(({ startFrame }) => isInTurn(startFrame))?.startFrame),
      heardMs: msSince(endFrame, record.heard.find(({ startFrame }) => isInTurn(startFrame))?.startFrame),
    };
  });
}

/** The invariants of the conversation; the demo fails when one does not hold. */
export function checkCall(record: CallRecord): Check[] {
  const userBargeIn = record.bargeIns.find(({ cause }) => cause === 'user');
  const silenceMs = userBargeIn === undefined ? null : silenceAfterMs(record, userBargeIn.frame);
  const truncatedItems = record.truncations.map(({ itemId }) => itemId);
  return [
    { statement: 'every line was spoken', holds: record.spoken.length === CALLER_LINES.length },
    { statement: 'every line was answered', holds: turnLatencies(record).every(({ heardMs }) => heardMs !== null) },
    {
      statement: 'one tool call, approved, ran once',
      holds: record.tools.length === 1 && record.approvals.length === 1,
    },
    { statement: 'one handoff', holds: record.handoffs.length === 1 },
    { statement: 'one guardrail trip', holds: record.trips.length === 1 },
    { statement: 'the caller barged in', holds: userBargeIn !== undefined },
    {
      statement: `the agent was silent ${SILENCE_DUE_MS} ms after the barge-in was known`,
      holds: silenceMs !== null && silenceMs <= SILENCE_DUE_MS,
    },
    {
      statement: 'the model was told exactly what was heard',
      holds:
        record.truncations.length > 0 &&
        record.truncations.every((truncation) => truncation.audioEndMs === renderedMs(record, truncation)),
    },
    { statement: 'no item was truncated twice', holds: new Set(truncatedItems).size === truncatedItems.length },
    { statement: 'no underrun', holds: record.underruns === 0 },
    { statement: 'no error', holds: record.errors.length === 0 },
  ];
}

/** Frames of an item in the recording. */
function heardFrames(record: CallRecord, itemId: string): number {
  return record.heard
    .filter((run) => run.itemId === itemId)
    .reduce((frames, run) => frames + run.endFrame - run.startFrame, 0);
}
