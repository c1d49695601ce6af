// Function calls from the model to their one output. A call is a record that moves from stage to stage; each completion
// looks its record up, and one whose record is gone or in another stage changes nothing.

import { SessionError } from '../errors.ts';
import type { CallRef, SessionEffect } from './effect.ts';
import { emit, send } from './effect.ts';
import { outputSent } from './outputs.ts';
import { decideAlways, standingDecision } from './approvals.ts';
import type { InputOf } from './input.ts';
import { findSeenCall } from './responses.ts';
import type { Approvals, CallStage, LiveResponse, PendingCall, SessionState, Step, Tools } from './state.ts';
import { unchanged } from './state.ts';

/** What the model reads about a call that came after the user had interrupted. */
const INTERRUPTED_OUTPUT = 'Not run: the user interrupted before the call was complete.';

/** What the model reads about a call whose process is gone. */
const LOST_OUTPUT =
  'It was started, and its result was lost. It may have been done: ask or look before you call it again.';

/** What the model reads about a running tool that an interrupt stopped. */
const STOPPED_OUTPUT = 'Stopped: the user interrupted.';

/** What the model reads about a second handoff in one response. */
const FURTHER_HANDOFF_OUTPUT = 'Ignored: another handoff was already made in this response.';

/** The call of that id in that stage. */
export function findCall(tools: Tools, callId: string, stage: CallStage): PendingCall | undefined {
  return tools.pending.find((pending) => pending.call.callId === callId && pending.stage === stage);
}

/** The model called a function. One of a cancelled response is answered at once and never run. */
export function functionCall(tools: Tools, response: LiveResponse, input: InputOf<'functionCall'>): Step<Tools> {
  const { callId, responseId, name, itemId, previousItemId } = input;
  const call: CallRef = {
    callId,
    responseId,
    name,
    arguments: input.arguments,
    ...(itemId !== undefined && { itemId }),
    ...(previousItemId !== undefined && { previousItemId }),
  };
  if (response.isCancelled) {
    return [tools, [send({ type: 'functionCallOutput', call, output: INTERRUPTED_OUTPUT })]];
  }
  const { agentName } = response;
  const pending: PendingCall = { call, agentName, stage: 'preparing', stopsOnInterrupt: false };
  const next = { ...tools, pending: [...tools.pending, pending] };
  return [next, [{ type: 'prepareCall', call, agentName }]];
}

/** It is known what a call means. */
export function callPrepared(tools: Tools, approvals: Approvals, input: InputOf<'callPrepared'>): Step<Tools> {
  const preparing = findCall(tools, input.callId, 'preparing');
  if (preparing === undefined) return unchanged(tools);
  const { plan } = input;
  const stopsOnInterrupt = plan.kind === 'run' && plan.stopsOnInterrupt === true;
  const pending: PendingCall = { ...preparing, stopsOnInterrupt };
  const { call, agentName } = pending;
  const standing = standingDecision(approvals, pending);
  if (plan.kind === 'refuse') return finish(tools, pending, plan.output, { error: plan.error });
  if (plan.kind === 'handoff') return handOff(tools, pending, plan.toAgentName);
  if (!plan.needsApproval || pending.isApproved === true || standing === 'approve') return run(tools, pending);
  if (standing === 'reject') return rejectCall(tools, pending);
  return [moveTo(tools, pending, 'awaitingApproval'), [emit({ type: 'toolApprovalRequested', agentName, call })]];
}

/** The app decided about a call. One that is unknown, or decided already, only settles the command. */
export function decided(state: SessionState, input: InputOf<'approve' | 'reject'>): Step<SessionState> {
  const settle: SessionEffect = { type: 'settle', commandId: input.commandId };
  const pending = findCall(state.tools, input.callId, 'awaitingApproval');
  if (pending === undefined) return [state, [settle]];
  const approvals = input.always ? decideAlways(state.approvals, pending, input.type) : state.approvals;
  const [tools, effects] =
    input.type === 'approve' ? run(state.tools, pending) : rejectCall(state.tools, pending, input.message);
  return [{ ...state, approvals, tools }, [...effects, settle]];
}

/**
 * Throws for a decision about a call that this connection has not seen, or not with these arguments; for the caller of the
 * command, before it becomes an input.
 */
export function checkDecision(
  { tools, responses }: Pick<SessionState, 'tools' | 'responses'>,
  { callId, arguments: text }: Pick<InputOf<'approve'>, 'callId' | 'arguments'>,
): void {
  const pending = tools.pending.find(({ call }) => call.callId === callId);
  const call = pending?.call ?? findSeenCall(responses, callId);
  if (call !== undefined && (text === undefined || text === call.arguments)) return;
  const what = call === undefined ? 'is none of this connection' : 'was made with other arguments';
  throw new SessionError(
    `Call ${callId} ${what}. Decide with the approvalItem of tool_approval_requested, unchanged.`,
    {
      code: 'ERR_UNKNOWN_CALL',
    },
  );
}

/** A tool returned or failed. */
export function callSettled(tools: Tools, input: InputOf<'callSettled'>): Step<Tools> {
  const pending = findCall(tools, input.callId, 'running');
  if (pending === undefined) return unchanged(tools);
  const { call, agentName } = pending;
  const { output, error, isBackground, customData } = input;
  const [next, effects] = finish(tools, pending, output, { error, isBackground });
  const end = emit({ type: 'toolEnd', agentName, call, output, ...(customData !== undefined && { customData }) });
  return [next, [...effects, end]];
}

/** The words of a rejection are known. */
export function rejectionFormatted(tools: Tools, input: InputOf<'rejectionFormatted'>): Step<Tools> {
  const pending = findCall(tools, input.callId, 'rejecting');
  if (pending === undefined) return unchanged(tools);
  const { call, agentName } = pending;
  const [next, effects] = finish(tools, pending, input.message);
  return [next, [...effects, emit({ type: 'toolEnd', agentName, call, output: input.message })]];
}

/** The agent was interrupted: tools that asked for it are stopped, and nobody waits for an answer to them. */
export function interrupted(tools: Tools): Step<Tools> {
  let next = tools;
  const effects: SessionEffect[] = [];
  for (const pending of tools.pending) {
    const { call, agentName, stage, stopsOnInterrupt } = pending;
    if (!stopsOnInterrupt || stage !== 'running') continue;
    const [finished, ends] = finish(next, pending, STOPPED_OUTPUT, { isBackground: true });
    next = finished;
    const end = emit({ type: 'toolEnd', agentName, call, output: STOPPED_OUTPUT });
    effects.push({ type: 'abort', callId: call.callId, reason: 'the user interrupted' }, ...ends, end);
  }
  return [next, effects];
}

/** Ends a call: its one output is sent, and the model is to answer it unless the result came from the background. */
export function finish(
  tools: Tools,
  pending: PendingCall,
  output: string,
  outcome: { readonly error?: unknown; readonly isBackground?: boolean } = {},
): Step<Tools> {
  const { call } = pending;
  const effects: SessionEffect[] = [send({ type: 'functionCallOutput', call, output })];
  if (outcome.error !== undefined) effects.push(emit({ type: 'error', error: outcome.error }));
  const rest = { ...tools, pending: tools.pending.filter((other) => other.call.callId !== call.callId) };
  const isAsked = outcome.isBackground === true || tools.followUpIds.includes(call.responseId);
  const sent = outcome.isBackground === true ? rest : outputSent(rest, call.callId);
  return [isAsked ? sent : { ...sent, followUpIds: [...sent.followUpIds, call.responseId] }, effects];
}

/**
 * Takes the responses whose outputs are complete: they are done (`generatingIds` are not) and none of their calls is on
 * its way. An approval that the app has yet to give holds nothing back.
 */
export function takeFollowUps(tools: Tools, generatingIds: readonly string[]): [Tools, hasFollowUp: boolean] {
  if (tools.followUpIds.length === 0) return [tools, false];
  const followUpIds = tools.followUpIds.filter(
    (responseId) =>
      generatingIds.includes(responseId) ||
      tools.pending.some((pending) => pending.call.responseId === responseId && pending.stage !== 'awaitingApproval'),
  );
  if (followUpIds.length === tools.followUpIds.length) return [tools, false];
  return [{ ...tools, followUpIds }, true];
}

/** The server answers the outputs sent so far by itself. */
export function outputsAnswered(tools: Tools): Tools {
  return tools.followUpIds.length === 0 ? tools : { ...tools, followUpIds: [] };
}

/**
 * The process that had this call is gone. One that had been started may have done its work, so it never runs again and is
 * answered as lost; a rejected one is still to be answered; any other begins anew, without asking twice for leave.
 */
export function takenOver(tools: Tools, pending: PendingCall, wasStarted: boolean): Step<Tools> {
  const { call, agentName, stage } = pending;
  if (stage === 'rejecting') return [tools, [{ type: 'formatRejection', call, agentName }]];
  if (wasStarted) return finish(tools, pending, LOST_OUTPUT);
  const begun = { call, agentName, stage: 'preparing' as const, stopsOnInterrupt: false };
  const again: PendingCall = stage === 'running' ? { ...begun, isApproved: true } : begun;
  const others = tools.pending.map((other) => (other === pending ? again : other));
  const handoffIds = tools.handoffIds.filter((responseId) => stage !== 'handingOff' || responseId !== call.responseId);
  return [{ ...tools, pending: others, handoffIds }, [{ type: 'prepareCall', call, agentName }]];
}

/** The connection is gone: what runs is told to stop. */
export function abortAll(tools: Tools, reason: string): readonly SessionEffect[] {
  return tools.pending
    .filter((pending) => pending.stage !== 'awaitingApproval')
    .map((pending) => ({ type: 'abort', callId: pending.call.callId, reason }));
}

/** Forgets handoffs of responses that are themselves forgotten. */
export function forgetHandoffs(tools: Tools, rememberedIds: readonly string[]): Tools {
  if (tools.handoffIds.every((responseId) => rememberedIds.includes(responseId))) return tools;
  return { ...tools, handoffIds: tools.handoffIds.filter((responseId) => rememberedIds.includes(responseId)) };
}

function run(tools: Tools, pending: PendingCall): Step<Tools> {
  const { call, agentName } = pending;
  return [
    moveTo(tools, pending, 'running'),
    [emit({ type: 'toolStart', agentName, call }), { type: 'runCall', call, agentName }],
  ];
}

/** The model is told of the rejection in words that the app may choose. */
function rejectCall(tools: Tools, pending: PendingCall, message?: string): Step<Tools> {
  const { call, agentName } = pending;
  return [
    moveTo(tools, pending, 'rejecting'),
    // A pair with the end that the words bring, as if the tool had answered them.
    [
      emit({ type: 'toolStart', agentName, call }),
      { type: 'formatRejection', call, agentName, ...(message !== undefined && { message }) },
    ],
  ];
}

function handOff(tools: Tools, pending: PendingCall, toAgentName: string): Step<Tools> {
  const { call, agentName } = pending;
  if (tools.handoffIds.includes(call.responseId)) return finish(tools, pending, FURTHER_HANDOFF_OUTPUT);
  const moved = moveTo(tools, pending, 'handingOff');
  return [
    { ...moved, handoffIds: [...moved.handoffIds, call.responseId] },
    [{ type: 'runHandoff', call, agentName, toAgentName }],
  ];
}

function moveTo(tools: Tools, pending: PendingCall, stage: CallStage): Tools {
  const isMeant = ({ call }: PendingCall): boolean => call.callId === pending.call.callId;
  return { ...tools, pending: tools.pending.map((other) => (isMeant(other) ? { ...pending, stage } : other)) };
}
