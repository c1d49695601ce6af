// Tokens of the session, over all its connections.

import type { ResponseUsage } from './input.ts';
import type { Usage } from './state.ts';

/** Adds one response. */
export function addResponse(usage: Usage, response: ResponseUsage): Usage {
  return {
    requests: usage.requests + 1,
    inputTokens: usage.inputTokens + response.inputTokens,
    outputTokens: usage.outputTokens + response.outputTokens,
    totalTokens: usage.totalTokens + response.totalTokens,
    perResponse: [...usage.perResponse, response],
  };
}
