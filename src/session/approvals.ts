// Standing decisions of the app about every later call of a tool by the same agent: another agent may mean another thing by
// the same name.

import type { Approvals, PendingCall } from './state.ts';

/** What the app does with a call. */
export type Decision = 'approve' | 'reject';

/** The standing decision about a call, if there is one. */
export function standingDecision(approvals: Approvals, pending: PendingCall): Decision | undefined {
  return approvals.always[keyOf(pending)];
}

/** A decision about a call holds from now on. */
export function decideAlways(approvals: Approvals, pending: PendingCall, decision: Decision): Approvals {
  return { always: { ...approvals.always, [keyOf(pending)]: decision } };
}

function keyOf({ agentName, call }: PendingCall): string {
  return `${agentName}\n${call.name}`;
}
