import { describe, expect, it } from 'vitest';
import type { JournalEntry } from '../../src/index.ts';
import { readJournal } from '../../src/session/journal.ts';
import { initialSession } from '../../src/session/fresh-state.ts';
import type { SessionState } from '../../src/session/state.ts';
import { step } from '../../src/session/step.ts';
import { JournalWriter } from '../../src/shell/journal-writer.ts';

const quiet = initialSession({
  agentName: 'Desk',
  seed: 's',
  guardrailDebounceLength: null,
  guardrailCount: 0,
  reconnect: { maxAttempts: 9, initialDelayMs: 100, maxDelayMs: 500, rolloverAfterMs: null },
});
const call = { callId: 'c1', itemId: 'i1', responseId: 'r1', name: 'book', arguments: '{}' };
const booking: SessionState = {
  ...quiet,
  tools: {
    ...quiet.tools,
    pending: [{ call, agentName: 'Desk', stage: 'running', stopsOnInterrupt: false }],
  },
};
const input = { type: 'interrupt', atMs: 1 } as const;

describe('the writer of a journal', () => {
  it('writes a state when one is wanted, and with it the starts of tools that still run', async () => {
    const entries: JournalEntry[] = [];
    let wantsState = false;
    const journal = { append: (entry: JournalEntry) => void entries.push(entry), wantsState: () => wantsState };
    const writer = new JournalWriter(journal, () => {});
    writer.record(booking, input);
    await writer.started(call);
    await writer.started({ ...call, callId: 'ended' });
    expect(entries.map(({ type }) => type)).toEqual(['state', 'input', 'tool_started', 'tool_started']);
    entries.length = 0;
    wantsState = true;
    writer.record(booking, input);
    expect(entries.map(({ type }) => type)).toEqual(['state', 'tool_started', 'input']);
    expect(readJournal(entries, step)?.startedCallIds).toEqual(['c1']);
    wantsState = false;
    writer.record(booking, input);
    expect(entries.at(-1)?.type).toBe('input');
  });

  it('of a call that ran unrecorded says that it has started', () => {
    const gap: JournalEntry = { type: 'gap', durationMs: 10, droppedEntries: 0, unjournalledCallIds: ['c1'] };
    expect(readJournal([{ type: 'state', state: booking }, gap], step)?.startedCallIds).toEqual(['c1']);
  });
});
