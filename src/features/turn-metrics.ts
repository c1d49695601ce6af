import { turnMetricsCore } from '../session/turn-metrics.ts';
import type { SessionFeature } from '../shell/session-feature.ts';

/**
 * Measures every turn and tells of it with `turn_metrics`: from the end of the user's speech, as the server's
 * `speech_stopped` marks it, or the app's message to the start of the response, the first audio received and the first
 * frame heard, with the time spent in tools and the tokens.
 *
 * Give it before other features: it measures what it sees.
 */
export function turnMetrics(): SessionFeature {
  return { core: turnMetricsCore() };
}
