// Where a call begins and ends. Whatever was in flight belongs to one connection; with it its records go, and every late
// completion is stale by that.

import { SessionError } from '../errors.ts';
import type { SessionEffect } from './effect.ts';
import { emit } from './effect.ts';
import type { InputOf, TransportAbilities } from './input.ts';
import type { SessionState, Step } from './state.ts';
import { FRESH_CALL, unchanged } from './state.ts';
import { abortAll } from './tools.ts';

/** A new connection begins; usage and standing approvals stay. */
export function connecting(state: SessionState, agentName?: string): Step<SessionState> {
  const [ended, effects] = end(state, 'The session connected anew.');
  return [{ ...ended, ...FRESH_CALL, agentName: agentName ?? state.agentName, connection: 'connecting' }, effects];
}

/** The connection is open, or what its server does by itself has changed. */
export function connected(state: SessionState, abilities: TransportAbilities): Step<SessionState> {
  if (state.connection === 'closed') return unchanged(state);
  // Who owns playback can't change in the middle of a call.
  const isDriven = state.connection === 'open' ? state.abilities.isDriven : abilities.isDriven;
  return [{ ...state, connection: 'open', abilities: { ...abilities, isDriven } }, []];
}

/** The connection ended by itself. */
export function disconnected(state: SessionState, input: InputOf<'disconnected'>): Step<SessionState> {
  const code = input.closeCode === undefined ? '' : ` with code ${input.closeCode}`;
  const reason = input.reason ? `: ${input.reason}` : '';
  const message = `The connection ended${code}${reason}. Call connect() for a new one.`;
  const [ended, effects] = end(state, message);
  if (state.connection !== 'open') return [ended, effects];
  return [ended, [...effects, emit({ type: 'error', error: new SessionError(message, { code: 'ERR_DISCONNECTED' }) })]];
}

/** The app closed the session. */
export function closed(state: SessionState): Step<SessionState> {
  return end(state, 'The session was closed.');
}

function end(state: SessionState, reason: string): Step<SessionState> {
  if (state.connection === 'closed') return unchanged(state);
  const effects: SessionEffect[] = [...abortAll(state.tools, reason)];
  for (const commandId of state.handoffs.updateIds) {
    effects.push({ type: 'settle', commandId, error: new SessionError(reason, { code: 'ERR_NOT_CONNECTED' }) });
  }
  return [{ ...state, ...FRESH_CALL, history: state.history, connection: 'closed' }, effects];
}
