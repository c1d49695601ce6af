/** The limits that `rate_limits.updated` shows. Nothing here is limited; only what was used is real. */
const SHOWN_LIMITS = { requests: 5000, tokens: 400_000, resetSeconds: 60 };

/** One limit as `rate_limits.updated` shows it. */
export interface RateLimit {
  name: 'requests' | 'tokens';
  limit: number;
  remaining: number;
  reset_seconds: number;
}

/** What a session has used of them. */
export class RateLimits {
  #requests = 0;
  #tokens = 0;

  /** Counts one response; the limits after it. */
  spend(tokens: number): RateLimit[] {
    this.#requests += 1;
    this.#tokens += tokens;
    return [
      rateLimit('requests', SHOWN_LIMITS.requests, this.#requests),
      rateLimit('tokens', SHOWN_LIMITS.tokens, this.#tokens),
    ];
  }
}

function rateLimit(name: RateLimit['name'], limit: number, used: number): RateLimit {
  return { name, limit, remaining: Math.max(0, limit - used), reset_seconds: SHOWN_LIMITS.resetSeconds };
}
