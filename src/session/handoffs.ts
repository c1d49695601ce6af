// Changes of the agent: by the model (a handoff call) or by the app (`updateAgent`). The server learns of the new agent
// before anything else leaves, so that its next response is the new agent's.

import type { SessionConfig } from '../protocol/session-config.ts';
import type { SessionEffect } from './effect.ts';
import { emit, send } from './effect.ts';
import type { InputOf } from './input.ts';
import type { Handoffs, SessionState, Step } from './state.ts';
import { unchanged } from './state.ts';
import { findCall, finish } from './tools.ts';

/** A handoff succeeded or failed; the model reads which as the output of its call. */
export function handoffSettled(state: SessionState, input: InputOf<'handoffSettled'>): Step<SessionState> {
  const pending = findCall(state.tools, input.callId, 'handingOff');
  if (pending === undefined) return unchanged(state);
  const { result } = input;
  if (!result.ok) {
    const [tools, effects] = finish(state.tools, pending, result.output, { error: result.error });
    return [{ ...state, tools }, effects];
  }
  const [tools, effects] = finish(state.tools, pending, result.output);
  const changes = agentChanged(state.agentName, result.agentName, result.config);
  return [{ ...state, tools, agentName: result.agentName }, [...changes, ...effects]];
}

/** The app wants another agent. */
export function updateRequested(handoffs: Handoffs, input: InputOf<'updateAgent'>): Step<Handoffs> {
  const { commandId, agentName } = input;
  return [{ updateIds: [...handoffs.updateIds, commandId] }, [{ type: 'prepareAgent', commandId, agentName }]];
}

/** The agent that the app wants is ready, or can't be. Older updates that are still being prepared are superseded. */
export function agentPrepared(state: SessionState, input: InputOf<'agentPrepared'>): Step<SessionState> {
  const { updateIds } = state.handoffs;
  const index = updateIds.indexOf(input.commandId);
  if (index < 0) return unchanged(state);
  if (!input.result.ok) {
    const handoffs = { updateIds: updateIds.toSpliced(index, 1) };
    return [{ ...state, handoffs }, [{ type: 'settle', commandId: input.commandId, error: input.result.error }]];
  }
  const { agentName, config } = input.result;
  const settled: SessionEffect[] = updateIds.slice(0, index + 1).map((commandId) => ({ type: 'settle', commandId }));
  return [
    { ...state, agentName, handoffs: { updateIds: updateIds.slice(index + 1) } },
    [...agentChanged(state.agentName, agentName, config), ...settled],
  ];
}

function agentChanged(fromAgentName: string, toAgentName: string, config: SessionConfig): SessionEffect[] {
  return [send({ type: 'updateConfig', config }), emit({ type: 'agentHandoff', fromAgentName, toAgentName })];
}
