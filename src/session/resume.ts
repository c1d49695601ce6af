// Another process goes on with a call whose own has died. What had no server has it no more, as after any lost connection;
// and what had lived in that process is gone too: its sink, its promises, and the tools that it had running.

import type { SessionEffect } from './effect.ts';
import { emit } from './effect.ts';
import * as guardrails from './guardrails.ts';
import { heardUpTo } from './history.ts';
import type { InputOf } from './input.ts';
import { suspend } from './reconnect.ts';
import * as responses from './responses.ts';
import type { SessionState, Step } from './state.ts';
import { FRESH_CALL } from './fresh-state.ts';
import * as tools from './tools.ts';

/** Takes the call over. It has no connection until the app makes one. */
export function resumed(state: SessionState, input: InputOf<'resumed'>): Step<SessionState> {
  const [suspended] = state.connection === 'open' ? suspend(state) : [afterTheEnd(state)];
  const quiet = silenced(suspended, input);
  const [called, effects] = callsTakenOver(quiet, input.startedCallIds);
  const next: SessionState = {
    ...called,
    handoffs: { updateIds: [] },
    guardrails: guardrails.runsLost(called.guardrails),
    reconnect: { ...called.reconnect, attempt: 0 },
  };
  return [next, [...effects, emit({ type: 'historyUpdated' })]];
}

/** A call that was over, or had not begun, leaves its history. */
function afterTheEnd(state: SessionState): SessionState {
  if (state.connection === 'reconnecting') return state;
  return { ...state, ...FRESH_CALL, history: state.history, connection: 'reconnecting' };
}

/**
 * What was playing is cut to what is known to have been heard of it, nothing if nobody says: the model may say a thing
 * twice, but never believe that it was heard when it was not. The answer is asked for again.
 */
function silenced(state: SessionState, { heard }: InputOf<'resumed'>): SessionState {
  const { live, interrupted } = state.playback;
  const cut = [...live, ...interrupted].map(
    ({ itemId, contentIndex }) =>
      heard.find((known) => known.itemId === itemId && known.contentIndex === contentIndex) ?? {
        itemId,
        contentIndex,
        heardMs: 0,
        heardFraction: 0,
      },
  );
  return {
    ...state,
    history: cut.reduce(heardUpTo, state.history),
    playback: FRESH_CALL.playback,
    responses: live.length > 0 ? responses.wantResponse(state.responses) : state.responses,
  };
}

/** A call that was started is answered as lost; any other begins again, and what was approved is not asked twice. */
function callsTakenOver(state: SessionState, startedCallIds: readonly string[]): Step<SessionState> {
  let slice = state.tools;
  const all: SessionEffect[] = [];
  for (const pending of state.tools.pending) {
    const [next, effects] = tools.takenOver(slice, pending, startedCallIds.includes(pending.call.callId));
    slice = next;
    all.push(...effects);
  }
  return [{ ...state, tools: slice }, all];
}
