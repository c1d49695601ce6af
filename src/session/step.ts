// The session core: one input in, the next state and the effects to carry out in order. It only routes; each part decides
// about its own slice. Nothing here throws, whatever comes and in whatever order.

import type { RealtimeItem } from '../protocol/items.ts';
import { needsConnection, notConnected } from './commands.ts';
import { conclude } from './conclude.ts';
import * as connection from './connection.ts';
import { emit, send } from './effect.ts';
import * as handoffs from './handoffs.ts';
import * as history from './history.ts';
import type { CommandInput, SessionInput } from './input.ts';
import { guardrailSettled, interrupt, interruptSettled, playoutDone } from './interrupt.ts';
import { itemsOf } from './item-list.ts';
import * as model from './model-events.ts';
import * as outputs from './outputs.ts';
import * as reconnect from './reconnect.ts';
import * as responses from './responses.ts';
import { resumed } from './resume.ts';
import type { SessionState, Step } from './state.ts';
import { unchanged } from './state.ts';
import * as tools from './tools.ts';
import * as speech from './user-speech.ts';

/** Decides about one input. The given state is never changed. */
export function step(state: SessionState, input: SessionInput): Step<SessionState> {
  switch (input.type) {
    case 'connecting':
      return connection.connecting(state, input.agentName);
    case 'connected':
      return goingOn(state.connection === 'reconnecting', connection.connected(state, input));
    case 'disconnected': {
      const next = connection.disconnected(state, input);
      return goingOn(next[0].connection === 'reconnecting', next);
    }
    case 'close':
      return connection.closed(state);
    case 'resumed':
      return reconnect.park(conclude(resumed(state, input)));
    case 'reconnectDue':
      return reconnect.reconnectDue(state, input);
    default:
      if (state.connection === 'open') return concluded(state, input);
      if (state.connection !== 'reconnecting') return refuse(state, input);
      return reconnect.isLate(input) ? unchanged(state) : reconnect.park(conclude(route(state, input)));
  }
}

/** By what the model says nothing becomes due, unless guardrails read it. */
function concluded(state: SessionState, input: RoutedInput): Step<SessionState> {
  const next = route(state, input);
  const isOnlySaid = input.type === 'transcriptDelta' && next[0].guardrails === state.guardrails;
  return isOnlySaid ? next : conclude(next);
}

/** Between two connections of a call, guardrails and requests that have become due are not forgotten. */
function goingOn(isSameCall: boolean, next: Step<SessionState>): Step<SessionState> {
  return isSameCall ? conclude(next) : next;
}

/** Throws what makes a command impossible now; for the caller of the command, before it becomes an input. */
export function checkCommand(state: SessionState, command: CommandInput): void {
  if (!needsConnection(command.type)) return;
  const isReconnecting = state.connection === 'reconnecting';
  if (state.connection !== 'open' && !isReconnecting) throw notConnected(command.type, state.connection);
  if (command.type === 'approve' || command.type === 'reject') return tools.checkDecision(state, command);
  if (isReconnecting) reconnect.checkOutbox(state, command.type);
}

/** Whether audio of that response may be played and emitted: not once it was interrupted, nor when it is unknown. */
export function acceptsAudio(state: SessionState, responseId: string): boolean {
  return responses.findResponse(state.responses, responseId)?.isCancelled === false;
}

type RoutedInput = Exclude<
  SessionInput,
  { readonly type: 'connecting' | 'connected' | 'disconnected' | 'close' | 'reconnectDue' | 'resumed' }
>;

function route(state: SessionState, input: RoutedInput): Step<SessionState> {
  switch (input.type) {
    case 'responseStarted':
      return model.responseStarted(state, input);
    case 'responseDone':
      return model.responseDone(state, input);
    case 'transcriptDelta':
      return model.transcriptDelta(state, input);
    case 'audioStarted':
      return model.audioStarted(state, input);
    case 'audioDone':
      return model.audioDone(state, input);
    case 'functionCall':
      return model.functionCall(state, input);

    case 'itemUpdated':
      return itemUpdated(state, input.item);
    case 'itemDeleted':
      return withPart(state, 'history', history.itemDeleted(state.history, input.itemId));
    case 'updateHistory':
      return [state, [send({ type: 'resetHistory', from: itemsOf(state.history.items), to: input.items })]];

    case 'speechStarted':
      return speech.speechStarted(state, input);
    case 'speechStopped':
      return speech.speechStopped(state, input);
    case 'turnEnded':
      return speech.turnEnded(state, input.needsAnswer);
    // For features alone.
    case 'playoutStarted':
    case 'timerDue':
    case 'featureInput':
      return unchanged(state);
    case 'serverTurnOverdue':
      return [{ ...state, responses: responses.serverTurnOverdue(state.responses, input.turn) }, []];
    case 'speechOverdue':
      return speech.speechOverdue(state, input);
    case 'sendMessage': {
      return withPart(state, 'responses', responses.messageSent(state.responses, input, state.abilities.isDriven));
    }
    case 'requestResponse':
      return [{ ...state, responses: responses.requested(state.responses, input) }, []];
    case 'hostedCallAnswered':
      return [{ ...state, responses: responses.hostedCallAnswered(state.responses) }, []];
    case 'outputConfirmed':
      return outputs.outputConfirmed(state, input.callId);
    case 'outputUnsent':
      return withPart(state, 'tools', outputs.outputUnsent(state.tools, input));
    case 'resendDue':
      return outputs.resendDue(state);
    case 'serverError':
      return withPart(state, 'responses', responses.serverError(state.responses, input));

    case 'interrupt':
      return interrupt({ ...state, responses: responses.requestInterrupted(state.responses) }, false);
    case 'playbackInterrupted':
      return [state, [emit({ type: 'audioInterrupted', agentName: state.agentName })]];
    case 'playoutDone':
      return playoutDone(state, input);
    case 'playoutReport': {
      const { interruptId, items: positions } = input.report;
      return interruptSettled(state, { interruptId, positions, sampleRate: input.sampleRate });
    }
    case 'interruptOverdue':
      return interruptSettled(state, input);
    case 'guardrailSettled':
      return guardrailSettled(state, input);
    case 'rolloverDue':
      return reconnect.rolloverDue(state, input);

    case 'callPrepared':
      return withPart(state, 'tools', tools.callPrepared(state.tools, state.approvals, input));
    case 'callSettled':
      return withPart(state, 'tools', tools.callSettled(state.tools, input));
    case 'rejectionFormatted':
      return withPart(state, 'tools', tools.rejectionFormatted(state.tools, input));
    case 'approve':
    case 'reject':
      return tools.decided(state, input);
    case 'handoffSettled':
      return handoffs.handoffSettled(state, input);
    case 'updateAgent':
      return withPart(state, 'handoffs', handoffs.updateRequested(state.handoffs, input));
    case 'agentPrepared':
      return handoffs.agentPrepared(state, input);
  }
}

function itemUpdated(state: SessionState, item: RealtimeItem): Step<SessionState> {
  const isNew = state.reconnect.unconfirmed.length > 0 && !history.hasItem(state.history, item.itemId);
  const next = isNew && history.isWritten(item) ? reconnect.messageConfirmed(state) : state;
  return withPart(next, 'history', history.itemUpdated(next.history, item));
}

/** Without a connection a command that expects an answer gets it, everything else is late and changes nothing. */
function refuse(state: SessionState, input: RoutedInput): Step<SessionState> {
  if (input.type === 'approve' || input.type === 'reject') {
    return [state, [{ type: 'settle', commandId: input.commandId }]];
  }
  if (input.type === 'updateAgent') {
    return [state, [{ type: 'settle', commandId: input.commandId, error: notConnected(input.type, state.connection) }]];
  }
  return unchanged(state);
}

function withPart<K extends keyof SessionState>(
  state: SessionState,
  part: K,
  [next, effects]: Step<SessionState[K]>,
): Step<SessionState> {
  return [state[part] === next ? state : { ...state, [part]: next }, effects];
}
