import { splitByShare } from './spoken-share.ts';
import type { Timeline } from './timeline.ts';
import type { TranscriptLine } from './transcript.ts';
import type { WireEntry } from './wire-entry.ts';

/** A call that was held some time ago. */
export interface Recording {
  readonly timeline: Timeline;
  readonly durationMs: number;
  readonly entries: readonly WireEntry[];
  readonly bargeInsMs: readonly number[];
  /** The conversation as it was then. */
  linesAt(atMs: number): readonly TranscriptLine[];
}

/** Speech of the agent. */
export interface RecordedSpeech {
  readonly id: string;
  readonly text: string;
  readonly startMs: number;
  readonly receivedMs: number;
  /** How much of it an interruption left. */
  readonly cutMs: number | undefined;
}

/** What was said by then, in its order. */
export function linesAt(
  atMs: number,
  said: readonly { readonly id: string; readonly who: 'you' | 'tool'; readonly text: string; readonly atMs: number }[],
  speech: readonly RecordedSpeech[],
): readonly TranscriptLine[] {
  const lines = said
    .filter((line) => line.atMs <= atMs)
    .map(({ id, who, text, atMs: startMs }) => ({ startMs, line: { id, who, heard: text } as TranscriptLine }));
  for (const item of speech) {
    if (item.startMs <= atMs && item.text !== '') lines.push({ startMs: item.startMs, line: lineOf(item, atMs) });
  }
  return lines.toSorted((left, right) => left.startMs - right.startMs).map(({ line }) => line);
}

function lineOf({ id, text, startMs, receivedMs, cutMs }: RecordedSpeech, atMs: number): TranscriptLine {
  const playedMs = atMs - startMs;
  if (cutMs !== undefined && playedMs >= cutMs) {
    const { first, rest } = splitByShare(text, cutMs / receivedMs);
    return { id, who: 'agent', heard: first, cut: rest, heardMs: cutMs };
  }
  const { first, rest } = splitByShare(text, receivedMs === 0 ? 1 : playedMs / receivedMs);
  return { id, who: 'agent', heard: first, pending: rest };
}
