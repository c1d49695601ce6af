// Where a call begins and ends. Whatever was in flight belongs to one connection; with it its records go, and every late
// completion is stale by that.

import { SessionError } from '../errors.ts';
import type { SessionEffect } from './effect.ts';
import { emit } from './effect.ts';
import type { InputOf } from './input.ts';
import { connectionChanged, lost, mayReconnect, opened, restored } from './reconnect.ts';
import type { SessionState, Step } from './state.ts';
import { FRESH_CALL } from './fresh-state.ts';
import { unchanged } from './state.ts';
import { abortAll } from './tools.ts';

/** The far side has ended the call as calls end: a caller who hangs up is no error. */
const HUNG_UP = 1000;

/** A new connection begins; usage and standing approvals stay. */
export function connecting(state: SessionState, agentName?: string): Step<SessionState> {
  const [ended, effects] = end(state, 'The session connected anew.');
  return [
    { ...ended, ...FRESH_CALL, agentName: agentName ?? state.agentName, connection: 'connecting' },
    [...effects, connectionChanged({ state: 'connecting', attempt: 0 })],
  ];
}

/** The connection is open, or what its server does by itself has changed. */
export function connected(state: SessionState, input: InputOf<'connected'>): Step<SessionState> {
  if (state.connection === 'closed') return unchanged(state);
  // Who owns playback can't change in the middle of a call.
  const isDriven = state.connection === 'connecting' ? input.abilities.isDriven : state.abilities.isDriven;
  const next = { ...state, abilities: { ...input.abilities, isDriven } };
  if (state.connection === 'open') return unchanged(next);
  return state.connection === 'connecting' ? opened(next, input) : restored(next, input);
}

/** The connection ended by itself: another one follows if that may help, else the call is over. */
export function disconnected(state: SessionState, input: InputOf<'disconnected'>): Step<SessionState> {
  if (mayReconnect(state, input)) return lost(state, input);
  const code = input.closeCode === undefined ? '' : ` with code ${input.closeCode}`;
  const reason = input.reason ? `: ${input.reason}` : '';
  const message = `The connection ended${code}${reason}. Call connect() for a new one.`;
  const [ended, effects] = end(state, message, input);
  const wasCall = state.connection === 'open' || state.connection === 'reconnecting';
  if (!wasCall || input.closeCode === HUNG_UP) return [ended, effects];
  return [ended, [...effects, emit({ type: 'error', error: new SessionError(message, { code: 'ERR_DISCONNECTED' }) })]];
}

/** The app closed the session. */
export function closed(state: SessionState): Step<SessionState> {
  return end(state, 'The session was closed.');
}

function end(state: SessionState, reason: string, close?: InputOf<'disconnected'>): Step<SessionState> {
  if (state.connection === 'closed') return unchanged(state);
  const effects: SessionEffect[] = [...abortAll(state.tools, reason)];
  for (const commandId of state.handoffs.updateIds) {
    effects.push({ type: 'settle', commandId, error: new SessionError(reason, { code: 'ERR_NOT_CONNECTED' }) });
  }
  effects.push(
    connectionChanged({
      state: 'disconnected',
      attempt: state.connection === 'reconnecting' ? state.reconnect.attempt : 0,
      ...(close?.closeCode !== undefined && { closeCode: close.closeCode }),
      ...(close?.reason !== undefined && { reason: close.reason }),
    }),
  );
  const reconnect = { ...state.reconnect, attempt: 0, isRolloverDue: false, unconfirmed: [], outbox: [] };
  return [{ ...state, ...FRESH_CALL, history: state.history, connection: 'closed', reconnect }, effects];
}
