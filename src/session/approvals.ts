// Standing decisions of the app about every later call of a tool.

import type { Approvals } from './state.ts';

/** What the app does with a call. */
export type Decision = 'approve' | 'reject';

/** The standing decision about a tool, if there is one. */
export function standingDecision(approvals: Approvals, toolName: string): Decision | undefined {
  return Object.hasOwn(approvals.always, toolName) ? approvals.always[toolName] : undefined;
}

/** A decision holds from now on. */
export function decideAlways(approvals: Approvals, toolName: string, decision: Decision): Approvals {
  return { always: { ...approvals.always, [toolName]: decision } };
}
