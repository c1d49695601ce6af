// Outputs of calls on their way to the server. A response that the server began by itself may have crossed with one, and the
// transport may refuse to take it: neither may leave a call without an answer.

import type { SessionEffect } from './effect.ts';
import { emit, send } from './effect.ts';
import type { InputOf } from './input.ts';
import { wantResponse } from './responses.ts';
import type { SessionState, Step, Tools } from './state.ts';
import { unchanged } from './state.ts';

/** Outputs that are waited for; a server that shows none must not make them pile up. */
const REMEMBERED_OUTPUTS = 16;

/** How long after a refusal an output is tried again; twice as long each time. */
const FIRST_RESEND_DELAY_MS = 500;

/** A transport that has refused an output that often won't take it. */
const MAX_RESENDS = 6;

/** An output that wants an answer is on its way. */
export function outputSent(tools: Tools, callId: string): Tools {
  const others = tools.unconfirmed.filter((output) => output.callId !== callId);
  return { ...tools, unconfirmed: [...others, { callId, isOvertaken: false }].slice(-REMEMBERED_OUTPUTS) };
}

/** The server began a response that nobody here asked for: it may not know of the outputs on their way. */
export function overtaken(tools: Tools): Tools {
  if (tools.unconfirmed.every(({ isOvertaken }) => isOvertaken)) return tools;
  return { ...tools, unconfirmed: tools.unconfirmed.map(({ callId }) => ({ callId, isOvertaken: true })) };
}

/** The server shows an output. One that it got after the start of its own response has no answer yet. */
export function outputConfirmed(state: SessionState, callId: string): Step<SessionState> {
  const output = state.tools.unconfirmed.find((each) => each.callId === callId);
  if (output === undefined) return unchanged(state);
  const unconfirmed = state.tools.unconfirmed.filter((each) => each !== output);
  const next = { ...state, tools: { ...state.tools, unconfirmed, resendCount: 0 } };
  return [output.isOvertaken ? { ...next, responses: wantResponse(next.responses) } : next, []];
}

/** The transport refused an output: it is tried again after a while. */
export function outputUnsent(tools: Tools, input: InputOf<'outputUnsent'>): Step<Tools> {
  const { call, output, error } = input;
  const report = emit({ type: 'error', error });
  const needsAnswer = tools.unconfirmed.some(({ callId }) => callId === call.callId);
  const unconfirmed = tools.unconfirmed.filter(({ callId }) => callId !== call.callId);
  if (tools.resendCount >= MAX_RESENDS) return [{ ...tools, unconfirmed, resendCount: 0 }, [report]];
  const timer: SessionEffect = {
    type: 'startResendTimer',
    delayMs: FIRST_RESEND_DELAY_MS * 2 ** tools.resendCount,
  };
  const unsent = [...tools.unsent, { call, output, needsAnswer }];
  return [{ ...tools, unconfirmed, unsent }, [report, timer]];
}

/** Outputs that were refused go out again, and with them the request for an answer. */
export function resendDue(state: SessionState): Step<SessionState> {
  const { unsent } = state.tools;
  if (unsent.length === 0) return unchanged(state);
  const wanting = unsent.filter(({ needsAnswer }) => needsAnswer);
  const cleared: Tools = { ...state.tools, unsent: [], resendCount: state.tools.resendCount + 1 };
  return [
    {
      ...state,
      tools: wanting.reduce((tools, { call }) => outputSent(tools, call.callId), cleared),
      responses: wanting.length > 0 ? wantResponse(state.responses) : state.responses,
    },
    unsent.map(({ call, output }) => send({ type: 'functionCallOutput', call, output })),
  ];
}

/** Whether a server that is lost has left an output without an answer. */
export function owesAnswer({ unconfirmed, unsent }: Tools): boolean {
  return unconfirmed.some(({ isOvertaken }) => isOvertaken) || unsent.some(({ needsAnswer }) => needsAnswer);
}

/** The history takes every output to the next server. */
export function outputsReplayed(tools: Tools): Tools {
  return { ...tools, unconfirmed: [], unsent: [], resendCount: 0 };
}
