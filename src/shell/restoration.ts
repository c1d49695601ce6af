import type { RealtimeAgent } from '../agent/agent.ts';
import { UserError } from '../errors.ts';
import type { StepFunction } from '../session/feature.ts';
import type { JournalEntry } from '../session/journal.ts';
import { readJournal } from '../session/journal.ts';
import type { HeardAudio, SessionState, Step } from '../session/state.ts';

/** A call to take over. */
export interface Restoration<TContext> {
  readonly entries: Iterable<JournalEntry>;
  /** Everybody who may be in charge of it. */
  readonly agents: readonly RealtimeAgent<TContext>[];
  readonly heard: readonly HeardAudio[];
}

/** The session that takes it over. */
interface Successor {
  readonly step: StepFunction;
  /** As it was made: its options count from here on. */
  readonly state: SessionState;
  readonly isDriven: boolean;
  readonly nowMs: number;
}

/** The state that the journal leads to, in the hands of another session. Throws when the call can't be taken over. */
export function takeOver<TContext>(
  { entries, agents, heard }: Restoration<TContext>,
  { step, state: own, isDriven, nowMs }: Successor,
): Step<SessionState> {
  const call = readJournal(entries, step);
  if (call === null) {
    throw new UserError('the journal has no state in it: give all entries from the first on, or from a later state', {
      code: 'ERR_JOURNAL_INCOMPLETE',
    });
  }
  const { state, startedCallIds } = call;
  if (!agents.some(({ name }) => name === state.agentName)) {
    throw new UserError(`agent ${state.agentName} was in charge of the call and is not among the agents given`, {
      code: 'ERR_UNKNOWN_AGENT',
    });
  }
  const { guardrailDebounceLength, guardrailCount, reconnect } = own;
  const taken: SessionState = {
    ...state,
    abilities: { ...state.abilities, isDriven },
    guardrailDebounceLength,
    guardrailCount,
    guardrails: guardrailCount === state.guardrailCount ? state.guardrails : { texts: [] },
    reconnect: { ...state.reconnect, policy: reconnect.policy },
  };
  return step(taken, { type: 'resumed', atMs: nowMs, startedCallIds, heard });
}
