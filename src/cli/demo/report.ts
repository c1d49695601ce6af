import { paint, type Terminal } from '../terminal.ts';
import type { BargeIn, CallRecord } from './call-record.ts';
import { type Check, checkCall, renderedMs, silenceAfterMs, type TurnLatency, turnLatencies } from './verdict.ts';

/** The figures of a call and its invariants. */
export interface DemoReport {
  readonly turns: readonly TurnLatency[];
  readonly interruptions: readonly {
    readonly cause: BargeIn['cause'];
    /** From the first frame of the caller's speech to the session's knowledge of it; null for a guardrail. */
    readonly knownAfterMs: number | null;
    /** From there to silence; null where nothing was audible. */
    readonly silentAfterMs: number | null;
  }[];
  readonly truncations: readonly {
    readonly itemId: string;
    readonly audioEndMs: number;
    readonly renderedMs: number;
  }[];
  readonly underruns: number;
  readonly errors: readonly string[];
  readonly checks: readonly Check[];
}

/** Reads the figures off a call. */
export function demoReport(record: CallRecord): DemoReport {
  return {
    turns: turnLatencies(record),
    interruptions: record.bargeIns.map(({ cause, frame }) => ({
      cause,
      knownAfterMs: cause === 'user' ? onsetMs(record, frame) : null,
      silentAfterMs: silenceAfterMs(record, frame),
    })),
    truncations: record.truncations.map((truncation) => ({
      itemId: truncation.itemId,
      audioEndMs: truncation.audioEndMs,
      renderedMs: renderedMs(record, truncation),
    })),
    underruns: record.underruns,
    errors: record.errors,
    checks: checkCall(record),
  };
}

/** Prints them for people. */
export function printReport(report: DemoReport, terminal: Terminal): void {
  const ms = (value: number | null): string => (value === null ? '–' : `${Math.round(value)}`).padStart(8);
  terminal.line('');
  terminal.line(paint.bold('Latency, in ms from the end of the caller’s speech'));
  terminal.line(paint.dim('turn-end  response  received     heard  line'));
  for (const { text, turnEndMs, responseMs, receivedMs, heardMs } of report.turns) {
    terminal.line(`${ms(turnEndMs)}  ${ms(responseMs)}  ${ms(receivedMs)}  ${ms(heardMs)}  ${paint.dim(text)}`);
  }

  terminal.line('');
  terminal.line(paint.bold('Interruptions'));
  for (const { knownAfterMs, silentAfterMs } of report.interruptions) {
    const text =
      silentAfterMs === null ? 'nothing was audible' : `silent ${silentAfterMs.toFixed(1)} ms after it was known`;
    const onset = knownAfterMs === null ? '' : `, ${knownAfterMs.toFixed(0)} ms after the caller began to speak`;
    terminal.line(`${knownAfterMs === null ? 'guardrail ' : 'barge-in  '} ${text}${onset}`);
  }
  for (const { itemId, audioEndMs, renderedMs: rendered } of report.truncations) {
    terminal.line(`truncate   ${itemId}: audio_end_ms ${audioEndMs}, rendered ${rendered} ms`);
  }
  terminal.line(`underruns  ${report.underruns}`);
  for (const error of report.errors) terminal.line(paint.red(`error      ${error}`));

  terminal.line('');
  for (const { statement, holds } of report.checks) {
    terminal.line(`${holds ? paint.green('holds') : paint.red('FAILS')}  ${statement}`);
  }
}

function onsetMs(record: CallRecord, knownFrame: number): number {
  const line = record.spoken.findLast(({ startFrame }) => startFrame <= knownFrame);
  return line === undefined ? 0 : ((knownFrame - line.startFrame) * 1000) / record.sampleRate;
}
