import type { CallRecord } from './call-record.ts';

/** An event of the Chrome trace format; opens in Perfetto and in chrome://tracing. */
interface TraceEvent {
  readonly name: string;
  readonly ph: 'X' | 'i' | 'M';
  readonly pid: 1;
  readonly tid: number;
  readonly ts?: number;
  readonly dur?: number;
  readonly s?: 't';
  readonly args?: Readonly<Record<string, unknown>>;
}

interface Lane {
  readonly name: string;
  readonly spans: readonly { readonly label: string; readonly startFrame: number; readonly endFrame: number }[];
}

/**
 * The call as a Chrome trace, one lane a thread. `ts` is in microseconds; `args.frame` is the exact frame of the
 * recording, which is what a test reads.
 */
export function chromeTrace(record: CallRecord): string {
  const toUs = (frame: number): number => (frame * 1e6) / record.sampleRate;
  const lanes: Lane[] = [
    { name: 'spoken', spans: record.spoken.map((line) => ({ ...line, label: line.text })) },
    { name: 'sent', spans: record.sent },
    { name: 'received', spans: record.received },
    { name: 'heard', spans: record.heard.map((run) => ({ ...run, label: run.itemId })) },
    { name: 'tools', spans: record.tools },
  ];
  const events: TraceEvent[] = [{ name: 'process_name', ph: 'M', pid: 1, tid: 0, args: { name: 'bargein demo' } }];
  for (const [tid, { name, spans }] of lanes.entries()) {
    events.push({ name: 'thread_name', ph: 'M', pid: 1, tid, args: { name } });
    for (const { label, startFrame, endFrame } of spans) {
      const dur = toUs(endFrame - startFrame);
      events.push({ name: label, ph: 'X', pid: 1, tid, ts: toUs(startFrame), dur, args: { startFrame, endFrame } });
    }
  }
  const markTid = lanes.length;
  events.push({ name: 'thread_name', ph: 'M', pid: 1, tid: markTid, args: { name: 'events' } });
  for (const { label, frame } of record.marks) {
    events.push({ name: label, ph: 'i', s: 't', pid: 1, tid: markTid, ts: toUs(frame), args: { frame } });
  }
  for (const { cause, frame } of record.bargeIns) {
    events.push({
      name: 'interrupted',
      ph: 'i',
      s: 't',
      pid: 1,
      tid: markTid,
      ts: toUs(frame),
      args: { frame, cause },
    });
  }
  for (const { itemId, audioEndMs, frame } of record.truncations) {
    const args = { frame, itemId, audioEndMs };
    events.push({ name: 'truncate', ph: 'i', s: 't', pid: 1, tid: markTid, ts: toUs(frame), args });
  }
  return JSON.stringify({
    traceEvents: events,
    displayTimeUnit: 'ms',
    otherData: { sampleRate: record.sampleRate, lengthFrames: record.lengthFrames },
  });
}
