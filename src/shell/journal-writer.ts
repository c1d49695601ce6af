import type { CallRef } from '../session/effect.ts';
import type { SessionInput } from '../session/input.ts';
import type { JournalEntry } from '../session/journal.ts';
import { inputEntry } from '../session/journal.ts';
import type { SessionState } from '../session/state.ts';

/** Where a session keeps its journal. */
export interface SessionJournal {
  /**
   * Takes the next entry, in order. A promise says when it is safe: a tool runs only after the entry of its start is, and
   * does not run at all if that promise is rejected. A failure is an `error` of the session, which goes on.
   */
  append(entry: JournalEntry): void | Promise<void>;
  /** Whether an entry of the whole state must come next, because entries were lost. Asked before each input. */
  wantsState?(): boolean;
}

/** Inputs between two entries of the whole state, which are what a journal can be cut off at. */
const INPUTS_PER_STATE = 1000;

/** Writes the journal of one session. */
export class JournalWriter {
  readonly #journal: SessionJournal;
  readonly #report: (error: unknown) => void;
  #inputsUntilState = 0;
  /** Starts on record; a state that cuts the journal off brings those again that have not ended. */
  #started = new Map<string, JournalEntry>();

  constructor(journal: SessionJournal, report: (error: unknown) => void) {
    this.#journal = journal;
    this.#report = report;
  }

  /** An input is about to change `state`. */
  record(state: SessionState, input: SessionInput): void {
    if (this.#inputsUntilState === 0 || this.#journal.wantsState?.() === true) {
      this.#inputsUntilState = INPUTS_PER_STATE;
      this.#append({ type: 'state', state });
      this.#startedAgain(state);
    }
    this.#inputsUntilState -= 1;
    this.#append(inputEntry(input));
  }

  /** Resolves when it is safe to start the call, rejects when it is not known to be. */
  async started({ callId, name, arguments: text }: CallRef): Promise<void> {
    const entry: JournalEntry = { type: 'tool_started', callId, name, arguments: text };
    this.#started.set(callId, entry);
    await this.#journal.append(entry);
  }

  #startedAgain(state: SessionState): void {
    const pendingIds = new Set(state.tools.pending.map(({ call }) => call.callId));
    this.#started = new Map([...this.#started].filter(([callId]) => pendingIds.has(callId)));
    for (const entry of this.#started.values()) this.#append(entry);
  }

  #append(entry: JournalEntry): void {
    try {
      this.#journal.append(entry)?.catch(this.#report);
    } catch (error) {
      this.#report(error);
    }
  }
}
