// Which responses exist and who may ask for the next one. The server refuses a second response while one is active, so
// requests queue here, and `releaseRequest` is the only place that lets one go.

import type { SessionEffect } from './effect.ts';
import { emit, send } from './effect.ts';
import type { InputOf } from './input.ts';
import type { LiveResponse, ResponseRequest, Responses, Step } from './state.ts';
import { unchanged } from './state.ts';

/** Nothing was asked for or said yet. */
export const NO_RESPONSES: Responses = {
  live: [],
  activeId: null,
  requestedEventId: null,
  requestedByApp: null,
  requestedIsCancelled: false,
  answered: [],
  queued: [],
  isAutomaticQueued: false,
  isUserSpeaking: false,
  speechStartedAtMs: 0,
  isSpeechTimed: false,
  awaitedTurn: null,
  busyTurn: null,
  turnCount: 0,
};

const ANY_RESPONSE: ResponseRequest = {};

type SeenCall = LiveResponse['calls'][number];

/** Done responses and presumed answers that are remembered, to recognise their late and repeated events. */
const REMEMBERED_RESPONSES = 8;

/** How long the server may take to answer a user turn by itself before a waiting tool output asks. */
const SERVER_TURN_DELAY_MS = 1500;

/** Our request crossed with a response that the server began by itself. */
const ALREADY_ACTIVE = 'conversation_already_has_active_response';

/** Our cancel crossed with the end of the response. Nothing is lost, nothing is reported. */
const NOTHING_TO_CANCEL = 'response_cancel_not_active';

/** The response of that id, unless it is unknown or forgotten. */
export function findResponse(responses: Responses, responseId: string): LiveResponse | undefined {
  return responses.live.find((response) => response.responseId === responseId);
}

/** The response of that id while it may still say something. */
export function findSpeaking(responses: Responses, responseId: string): LiveResponse | undefined {
  const response = findResponse(responses, responseId);
  return response === undefined || response.isDone || response.isCancelled ? undefined : response;
}

/** The server began a response: the answer to our request if one is out, else its own. */
export function responseStarted(responses: Responses, responseId: string, agentName: string): Step<Responses> {
  if (findResponse(responses, responseId) !== undefined) return unchanged(responses);
  const response: LiveResponse = {
    responseId,
    agentName,
    isDone: false,
    isCancelled: responses.requestedIsCancelled,
    isSounding: false,
    audio: [],
    calls: [],
  };
  const { requestedEventId, requestedByApp } = responses;
  const isOurs = requestedEventId !== null;
  // It may be the server's own: the two cross on the wire, and then the server refuses our request later.
  const presumed = isOurs ? [{ eventId: requestedEventId, byApp: requestedByApp }] : [];
  const next: Responses = {
    ...responses,
    live: [...responses.live, response],
    activeId: responseId,
    requestedEventId: null,
    requestedByApp: null,
    requestedIsCancelled: false,
    answered: [...responses.answered, ...presumed].slice(-REMEMBERED_RESPONSES),
    // The server's own response has seen the outputs sent so far.
    isAutomaticQueued: isOurs && responses.isAutomaticQueued,
    awaitedTurn: isOurs ? responses.awaitedTurn : null,
    busyTurn: null,
  };
  const start = emit({ type: 'agentStart', agentName });
  return [next, response.isCancelled ? [start, send({ type: 'cancelResponse', responseId })] : [start]];
}

/** A response ended, known or not; `isPresumed`: the server has yet to say so. */
export function responseEnded(responses: Responses, responseId: string, isPresumed = false): Responses {
  const response = findResponse(responses, responseId);
  const free = responses.busyTurn === null ? responses : { ...responses, busyTurn: null };
  if (response === undefined || response.isDone) return free;
  const next = update(free, { ...response, isDone: true, ...(isPresumed && { isPresumedDone: true }) });
  const active = next.live.findLast((other) => !other.isDone);
  return { ...next, activeId: active?.responseId ?? null };
}

/** The server has said of a response that it is done. */
export function endConfirmed(
  responses: Responses,
  { isPresumedDone: _presumed, ...response }: LiveResponse,
): Responses {
  return update(responses, response);
}

/** Audio began in a response. */
export function audioSeen(
  responses: Responses,
  response: LiveResponse,
  itemId: string,
  contentIndex: number,
): Responses {
  return update(responses, { ...response, audio: [...response.audio, { itemId, contentIndex }] });
}

/** The app was told that a response sounds, or that it has stopped. */
export function sounding(responses: Responses, responseId: string, isSounding: boolean): Responses {
  const response = findResponse(responses, responseId);
  return response === undefined ? responses : update(responses, { ...response, isSounding });
}

/** Whether audio of that item, or of the one part of it, began in any response that we remember. */
export function isKnownAudio(responses: Responses, itemId: string, contentIndex?: number): boolean {
  return responses.live.some(({ audio }) =>
    audio.some((seen) => seen.itemId === itemId && (contentIndex ?? seen.contentIndex) === seen.contentIndex),
  );
}

/** A call was seen in a response. */
export function callSeen(responses: Responses, response: LiveResponse, call: SeenCall): Responses {
  const { callId, name } = call;
  return update(responses, { ...response, calls: [...response.calls, { callId, name, arguments: call.arguments }] });
}

/** The call of that id in any response that we remember. */
export function findSeenCall(responses: Responses, callId: string): SeenCall | undefined {
  return responses.live.flatMap(({ calls }) => calls).find((call) => call.callId === callId);
}

/** Marks as cancelled what is generating or still audible; `audibleIds` are the responses with live audio. */
export function cancelled(responses: Responses, audibleIds: readonly string[]): Responses {
  return {
    ...responses,
    live: responses.live.map((response) =>
      !response.isDone || audibleIds.includes(response.responseId) ? { ...response, isCancelled: true } : response,
    ),
  };
}

/** The app interrupts: a response that was asked for and that the server has yet to create is not to be heard. */
export function requestInterrupted(responses: Responses): Responses {
  if (responses.requestedEventId === null || responses.requestedIsCancelled) return responses;
  return { ...responses, requestedIsCancelled: true };
}

/** Tool outputs want a response; any number of them share one. */
export function wantResponse(responses: Responses): Responses {
  return responses.isAutomaticQueued ? responses : { ...responses, isAutomaticQueued: true };
}

/**
 * A hosted tool has answered. A request that is out already covers it, because the server had the answer before we heard
 * of it; any number that come together share the next one.
 */
export function hostedCallAnswered(responses: Responses): Responses {
  return responses.requestedEventId === null ? wantResponse(responses) : responses;
}

/** The app wants a response of its own. */
export function queueRequest(responses: Responses, request: ResponseRequest = ANY_RESPONSE): Responses {
  return { ...responses, queued: [...responses.queued, request] };
}

/** The app asks for a response by itself. */
export function requested(responses: Responses, request: ResponseRequest & { readonly isShared?: true }): Responses {
  const { isShared, response, eventId } = request;
  if (isShared === true) return wantResponse(responses);
  return queueRequest(responses, { response, eventId });
}

/** A user message goes out and wants a response; a transport that isn't driven asks for it by itself. */
export function messageSent(
  responses: Responses,
  { message, otherEventData, needsAnswer }: InputOf<'sendMessage'>,
  isDriven: boolean,
): Step<Responses> {
  const isAnswered = isDriven && needsAnswer !== false;
  return [
    isAnswered ? queueRequest(responses) : responses,
    [send({ type: 'message', message, otherEventData, ...(needsAnswer === false && { needsAnswer }) })],
  ];
}

/** The model is told why it was stopped. Its answer to that waits, like one to a tool output, for a user who is speaking. */
export function feedbackSent(responses: Responses, feedback: string, isDriven: boolean): Step<Responses> {
  const message = send({ type: 'message', message: feedback, otherEventData: {} });
  return [isDriven ? wantResponse(responses) : responses, [message]];
}

/** The user began to speak. */
export function speechStarted(responses: Responses, atMs: number): Responses {
  return { ...responses, isUserSpeaking: true, speechStartedAtMs: atMs, isSpeechTimed: false, awaitedTurn: null };
}

/** The user speaks no longer. */
export function speechEnded(responses: Responses): Responses {
  return { ...responses, isUserSpeaking: false, isSpeechTimed: false };
}

/** The user's turn is over; the server may answer it by itself. */
export function speechStopped(responses: Responses, serverAnswers: boolean): Step<Responses> {
  const quiet = speechEnded(responses);
  if (!serverAnswers) return unchanged(quiet);
  const turn = responses.turnCount + 1;
  return [{ ...quiet, turnCount: turn, awaitedTurn: turn }, [startTurnTimer(turn)]];
}

/** The deadline of a turn: what waited for the server waits no longer. */
export function serverTurnOverdue(responses: Responses, turn: number): Responses {
  if (responses.awaitedTurn === turn) return { ...responses, awaitedTurn: null };
  return responses.busyTurn === turn ? { ...responses, busyTurn: null } : responses;
}

/** The server refused an event. A request that met an active response goes back to its queue, any other is lost. */
export function serverError(
  responses: Responses,
  refusal: { readonly code?: string; readonly eventId?: string; readonly error: unknown },
): Step<Responses> {
  const { code } = refusal;
  if (code === NOTHING_TO_CANCEL) return unchanged(responses);
  // Some servers do not say which event they refuse. While nothing is generated it may be the request, and one that is
  // taken for refused too early does less harm than one that is waited for in vain.
  const isRequestMeant = code === ALREADY_ACTIVE || responses.activeId === null;
  const eventId = refusal.eventId ?? (isRequestMeant ? (responses.requestedEventId ?? undefined) : undefined);
  const report: SessionEffect[] = [emit({ type: 'error', error: refusal.error })];
  const isRequested = eventId !== undefined && eventId === responses.requestedEventId;
  const answered = responses.answered.find((request) => request.eventId === eventId);
  if (!isRequested && answered === undefined) return [responses, report];

  const byApp = isRequested ? responses.requestedByApp : (answered?.byApp ?? null);
  const freed: Responses = isRequested
    ? { ...responses, requestedEventId: null, requestedByApp: null, requestedIsCancelled: false }
    : { ...responses, answered: responses.answered.filter((request) => request !== answered) };
  if (code !== ALREADY_ACTIVE) return [freed, report];
  const waiting = byApp === null ? wantResponse(freed) : { ...freed, queued: [byApp, ...freed.queued] };
  if (waiting.activeId !== null) return unchanged(waiting);
  const turn = waiting.turnCount + 1;
  return [{ ...waiting, turnCount: turn, busyTurn: turn }, [startTurnTimer(turn)]];
}

/** Whether a request is for a response outside the conversation, which answers nothing in it. */
export function isApart(request: ResponseRequest | null | undefined): boolean {
  return request?.response?.['conversation'] === 'none';
}

/** Whether `releaseRequest` would let one go. */
export function isRequestDue(responses: Responses, isSequenced: boolean): boolean {
  const { activeId, requestedEventId, busyTurn } = responses;
  if (activeId !== null || requestedEventId !== null || busyTurn !== null) return false;
  const isUsersTurn = responses.isUserSpeaking || responses.awaitedTurn !== null;
  return responses.queued.length > 0 || (responses.isAutomaticQueued && !(isSequenced && isUsersTurn));
}

/**
 * Lets the next request go if it may: those of the app first, one response each; then the one that tool outputs share,
 * unless the user is speaking or the server is about to answer. A response of the conversation answers the outputs before it.
 * A transport that isn't `isSequenced` here sequences by itself: its requests wait for a known active response only.
 */
export function releaseRequest(responses: Responses, eventId: string, isSequenced: boolean): Step<Responses> {
  if (!isRequestDue(responses, isSequenced)) return unchanged(responses);
  const [request, ...queued] = responses.queued;
  const { response, eventId: sentId = eventId } = request ?? ANY_RESPONSE;
  const next: Responses = {
    ...responses,
    requestedEventId: isSequenced ? sentId : null,
    // Should it have to go again, then by an id of ours.
    requestedByApp: isSequenced && request !== undefined ? { response } : null,
    requestedIsCancelled: false,
    queued,
    isAutomaticQueued: responses.isAutomaticQueued && isApart(request),
  };
  return [next, [send({ type: 'createResponse', eventId: sentId, response })]];
}

/** Forgets all but the youngest few responses, the active one and `neededIds`, those with pending calls. */
export function forgetOld(responses: Responses, neededIds: readonly string[]): Responses {
  const excess = responses.live.length - REMEMBERED_RESPONSES;
  if (excess <= 0) return responses;
  const live = responses.live.filter(
    ({ responseId }, index) => index >= excess || responseId === responses.activeId || neededIds.includes(responseId),
  );
  return live.length === responses.live.length ? responses : { ...responses, live };
}

function update(responses: Responses, changed: LiveResponse): Responses {
  return {
    ...responses,
    live: responses.live.map((response) => (response.responseId === changed.responseId ? changed : response)),
  };
}

function startTurnTimer(turn: number): SessionEffect {
  return { type: 'startServerTurnTimer', turn, delayMs: SERVER_TURN_DELAY_MS };
}
