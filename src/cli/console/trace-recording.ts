import type { Recording } from './recording.ts';
import { BUCKET_MS, Timeline } from './timeline.ts';
import type { WireEntry } from './wire-entry.ts';

/** A trace says when there was sound, not how loud it was. */
const SOUND_HEIGHT = 0.5;
const US_A_MS = 1000;
const MS_A_MINUTE = 60_000;

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly tid: number;
  readonly ts?: number;
  readonly dur?: number;
  readonly args?: Readonly<Record<string, unknown>>;
}

/** A Chrome trace of `demo` or `trace` as a recording: sound as even stretches, each event with its frame. */
export function traceRecording(text: string): Recording {
  const { traceEvents } = JSON.parse(text) as { traceEvents: readonly TraceEvent[] };
  const lanes = new Map(traceEvents.map(({ name, tid, args }) => [name === 'thread_name' ? tid : -1, args?.['name']]));
  const endMs = (event: TraceEvent): number => ((event.ts ?? 0) + (event.dur ?? 0)) / US_A_MS;
  const durationMs = Math.max(0, ...traceEvents.map(endMs));
  const timeline = new Timeline(durationMs / MS_A_MINUTE + 1);
  const spans = traceEvents.filter(({ ph }) => ph === 'X');
  for (const span of spans) {
    const lane = lanes.get(span.tid);
    for (let ms = (span.ts ?? 0) / US_A_MS; ms < endMs(span); ms += BUCKET_MS) {
      const bucket = Math.floor(ms / BUCKET_MS);
      if (lane === 'sent') timeline.setUser(bucket, SOUND_HEIGHT);
      if (lane === 'heard') timeline.setAgent(bucket, SOUND_HEIGHT, false);
    }
  }
  const marks = traceEvents.filter(({ ph }) => ph === 'i' || ph === 'X').toSorted((a, b) => (a.ts ?? 0) - (b.ts ?? 0));
  const entries = marks.map(({ name, tid, ts = 0, args }): WireEntry => {
    const lane = lanes.get(tid);
    const direction = lane === 'sent' || name === 'truncate' ? 'sent' : 'received';
    return { atMs: ts / US_A_MS, direction, event: { type: `${String(lane)}: ${name}`, ...args } };
  });
  const spoken = spans.filter(({ tid }) => lanes.get(tid) === 'spoken');
  return {
    timeline,
    durationMs,
    entries,
    bargeInsMs: marks.filter(({ name }) => name === 'interrupted').map(({ ts = 0 }) => ts / US_A_MS),
    linesAt: (atMs) =>
      spoken
        .filter(({ ts = 0 }) => ts / US_A_MS <= atMs)
        .map(({ name, ts = 0 }) => ({ id: `spoken ${ts}`, who: 'you', heard: name })),
  };
}
