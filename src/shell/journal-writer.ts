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
}

/** Inputs between two entries of the whole state, which are what a journal can be cut off at. */
const INPUTS_PER_STATE = 1000;

/** Writes the journal of one session. */
export class JournalWriter {
  readonly #journal: SessionJournal;
  readonly #report: (error: unknown) => void;
  #inputsUntilState = 0;

  constructor(journal: SessionJournal, report: (error: unknown) => void) {
    this.#journal = journal;
    this.#report = report;
  }

  /** An input is about to change `state`. */
  record(state: SessionState, input: SessionInput): void {
    if (this.#inputsUntilState === 0) {
      this.#inputsUntilState = INPUTS_PER_STATE;
      this.#append({ type: 'state', state });
    }
    this.#inputsUntilState -= 1;
    this.#append(inputEntry(input));
  }

  /** Resolves when it is safe to start the call, rejects when it is not known to be. */
  async started({ callId, name, arguments: text }: CallRef): Promise<void> {
    await this.#journal.append({ type: 'tool_started', callId, name, arguments: text });
  }

  #append(entry: JournalEntry): void {
    try {
      this.#journal.append(entry)?.catch(this.#report);
    } catch (error) {
      this.#report(error);
    }
  }
}
