// What a server that is lost leaves unanswered, for the next one. Apart from the responses of one connection, for transports
// that no session drives have none.

import { queueRequest } from './responses.ts';
import type { Responses } from './state.ts';

/**
 * The server is gone, and with it every response. What was asked for and not answered is asked for again: a request, a
 * turn that the server was to answer, an answer that broke off. No response has answered a message that is sent again
 * (`resendsMessages`), even if one that began meanwhile was taken for the answer to its request.
 */
export function connectionLost(responses: Responses, resendsMessages: boolean): Responses {
  const lost = withoutServer(responses);
  return resendsMessages && lost.queued.length === 0 && !lost.isAutomaticQueued ? queueRequest(lost) : lost;
}

function withoutServer(responses: Responses): Responses {
  const { requestedEventId, requestedByApp, awaitedTurn, live } = responses;
  // One that has made a call is answered by the call's output, and asked for then.
  const isCutOff = live.some(({ isDone, isCancelled, calls }) => !isDone && !isCancelled && calls.length === 0);
  return {
    ...responses,
    live: live.map((response) => ({ ...response, isDone: true })),
    activeId: null,
    requestedEventId: null,
    requestedByApp: null,
    requestedIsCancelled: false,
    answered: [],
    queued: requestedByApp === null ? responses.queued : [requestedByApp, ...responses.queued],
    isAutomaticQueued:
      responses.isAutomaticQueued ||
      isCutOff ||
      awaitedTurn !== null ||
      (requestedEventId !== null && requestedByApp === null),
    isUserSpeaking: false,
    isSpeechTimed: false,
    awaitedTurn: null,
    busyTurn: null,
  };
}
