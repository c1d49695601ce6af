import { paint, type Terminal } from '../terminal.ts';
import type { CallRecord } from './conversation-log.ts';
import { checkCall, renderedMs, silenceAfterMs, turnLatencies } from './verdict.ts';

function onset(record: CallRecord, knownFrame: number): string {
  const line = record.spoken.findLast(({ startFrame }) => startFrame <= knownFrame);
  const ms = line === undefined ? 0 : ((knownFrame - line.startFrame) * 1000) / record.sampleRate;
  return `${ms.toFixed(0)} ms after the caller began to speak`;
}

/** Prints the figures of a call and its invariants; returns whether all of them hold. */
export function printReport(record: CallRecord, terminal: Terminal): boolean {
  const ms = (value: number | null): string => (value === null ? '–' : `${Math.round(value)}`).padStart(8);
  terminal.line('');
  terminal.line(paint.bold('Latency, in ms from the end of the caller’s speech'));
  terminal.line(paint.dim('turn-end  response  received     heard  line'));
  for (const { text, turnEndMs, responseMs, receivedMs, heardMs } of turnLatencies(record)) {
    terminal.line(`${ms(turnEndMs)}  ${ms(responseMs)}  ${ms(receivedMs)}  ${ms(heardMs)}  ${paint.dim(text)}`);
  }

  terminal.line('');
  terminal.line(paint.bold('Interruptions'));
  for (const { cause, frame } of record.bargeIns) {
    const silenceMs = silenceAfterMs(record, frame);
    const text = silenceMs === null ? 'nothing was audible' : `silent ${silenceMs.toFixed(1)} ms after it was known`;
    terminal.line(cause === 'user' ? `barge-in   ${text}, ${onset(record, frame)}` : `guardrail  ${text}`);
  }
  for (const truncation of record.truncations) {
    const { itemId, audioEndMs } = truncation;
    terminal.line(`truncate   ${itemId}: audio_end_ms ${audioEndMs}, rendered ${renderedMs(record, truncation)} ms`);
  }
  terminal.line(`underruns  ${record.underruns}`);
  for (const error of record.errors) terminal.line(paint.red(`error      ${error}`));

  terminal.line('');
  const checks = checkCall(record);
  for (const { statement, holds } of checks) {
    terminal.line(`${holds ? paint.green('holds') : paint.red('FAILS')}  ${statement}`);
  }
  return checks.every(({ holds }) => holds);
}
