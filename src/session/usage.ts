// Tokens of the session, over all its connections.

import type { ResponseUsage } from './input.ts';
import type { Usage } from './state.ts';

/** A response copies one page and the list of pages, however many there were before. */
const PAGE_RESPONSES = 128;

const NO_TOKENS: ResponseUsage = { inputTokens: 0, outputTokens: 0, totalTokens: 0 };

/** Ids that are remembered, to recognise a repeated end. */
const REMEMBERED_JOINED = 8;

/** Adds a response that was first heard of when it ended, unless it was added already or has no count. */
export function addJoined(usage: Usage, responseId: string, response: ResponseUsage | undefined): Usage {
  if (response === undefined || usage.joinedIds.includes(responseId)) return usage;
  return { ...addResponse(usage, response), joinedIds: [...usage.joinedIds, responseId].slice(-REMEMBERED_JOINED) };
}

/** Adds one response: a request, whether the server counts its tokens or not. */
export function addResponse(usage: Usage, response: ResponseUsage = NO_TOKENS): Usage {
  return {
    ...usage,
    requests: usage.requests + 1,
    inputTokens: usage.inputTokens + response.inputTokens,
    outputTokens: usage.outputTokens + response.outputTokens,
    totalTokens: usage.totalTokens + response.totalTokens,
    perResponse: withResponse(usage.perResponse, response),
  };
}

/** The youngest responses of a usage, oldest first; at most a page of them. */
export function youngestResponses({ perResponse }: Usage, count: number): readonly ResponseUsage[] {
  return count === 0 ? [] : perResponse.slice(-2).flat().slice(-count);
}

function withResponse(pages: Usage['perResponse'], response: ResponseUsage): Usage['perResponse'] {
  const last = pages.at(-1);
  if (last === undefined || last.length === PAGE_RESPONSES) return [...pages, [response]];
  return pages.with(pages.length - 1, [...last, response]);
}
