// A call on record. Its entries, in order, give the state of the session at any moment: another process can go on from
// the last of them, and a tool that was started is never started again.

import type { StepFunction } from './feature.ts';
import type { SessionInput } from './input.ts';
import type { SessionState } from './state.ts';

/** One entry of a journal; plain data, survives JSON. */
export type JournalEntry =
  /** The whole state. Entries before it are not needed any more. */
  | { readonly type: 'state'; readonly state: SessionState }
  /** Something happened. */
  | { readonly type: 'input'; readonly input: SessionInput }
  /** A tool or a handoff is about to run; it does when the entry is safe. */
  | { readonly type: 'tool_started'; readonly callId: string; readonly name: string; readonly arguments: string }
  /** For a while nothing could be kept. What had waited came before this entry, or a whole state after it. */
  | {
      readonly type: 'gap';
      readonly durationMs: number;
      readonly droppedEntries: number;
      /** Tools that ran without a safe record of their start. */
      readonly unjournalledCallIds: readonly string[];
    };

/** What a journal tells. */
export interface JournalledCall {
  readonly state: SessionState;
  /** Calls that have run, or may have: they must not run again. */
  readonly startedCallIds: readonly string[];
}

/** Reads a journal of a session that decides by `step`; null if it has no beginning, which is a `state` entry. */
export function readJournal(entries: Iterable<JournalEntry>, step: StepFunction): JournalledCall | null {
  let state: SessionState | null = null;
  const startedCallIds = new Set<string>();
  for (const entry of entries) {
    if (entry.type === 'state') state = entry.state;
    else if (entry.type === 'tool_started') startedCallIds.add(entry.callId);
    else if (entry.type === 'gap') for (const callId of entry.unjournalledCallIds) startedCallIds.add(callId);
    else if (state !== null) [state] = step(state, entry.input);
  }
  if (state === null) return null;
  const pendingIds = state.tools.pending.map(({ call }) => call.callId);
  return { state, startedCallIds: pendingIds.filter((callId) => startedCallIds.has(callId)) };
}

/** The entry of an input: what was thrown somewhere is kept in words, since only the app is told of it. */
export function inputEntry(input: SessionInput): JournalEntry {
  return { type: 'input', input: withPlainErrors(input) };
}

function withPlainErrors(input: SessionInput): SessionInput {
  switch (input.type) {
    case 'serverError':
      return { ...input, error: plainError(input.error) };
    case 'callSettled':
      return input.error === undefined ? input : { ...input, error: plainError(input.error) };
    case 'callPrepared': {
      const { plan } = input;
      if (plan.kind !== 'refuse' || plan.error === undefined) return input;
      return { ...input, plan: { ...plan, error: plainError(plan.error) } };
    }
    case 'handoffSettled':
      return input.result.ok ? input : { ...input, result: { ...input.result, error: plainError(input.result.error) } };
    case 'agentPrepared':
      return input.result.ok ? input : { ...input, result: { ...input.result, error: plainError(input.result.error) } };
    case 'guardrailSettled': {
      const { tripped, error } = input;
      return {
        ...input,
        tripped: tripped === null ? null : { ...tripped, error: plainError(tripped.error) },
        ...(error !== undefined && { error: plainError(error) }),
      };
    }
    default:
      return input;
  }
}

function plainError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  return { name: error.name, message: error.message, ...code };
}
