// Tokens of the session, over all its connections.

import type { ResponseUsage } from './input.ts';
import type { Usage } from './state.ts';

const NO_TOKENS: ResponseUsage = { inputTokens: 0, outputTokens: 0, totalTokens: 0 };

/** Adds one response: a request, whether the server counts its tokens or not. */
export function addResponse(usage: Usage, response: ResponseUsage = NO_TOKENS): Usage {
  return {
    requests: usage.requests + 1,
    inputTokens: usage.inputTokens + response.inputTokens,
    outputTokens: usage.outputTokens + response.outputTokens,
    totalTokens: usage.totalTokens + response.totalTokens,
    perResponse: [...usage.perResponse, response],
  };
}
