import type { ServerResponse } from '../protocol/server-events.ts';
import type { ResponseStatus, ResponseUsage } from '../session/input.ts';
import type { TransportLayerResponseCompleted } from './transport.ts';

/** Token counts of a response, `undefined` when the server gave none. Details keep the service's names. */
export function responseUsage({ usage }: ServerResponse): ResponseUsage | undefined {
  if (usage === undefined || usage === null) return undefined;
  const inputTokens = usage.input_tokens ?? 0;
  const outputTokens = usage.output_tokens ?? 0;
  return {
    inputTokens,
    outputTokens,
    totalTokens: usage.total_tokens ?? inputTokens + outputTokens,
    inputTokensDetails: counts(usage.input_token_details),
    outputTokensDetails: counts(usage.output_token_details),
  };
}

/** The end of a response, with how it ended and why. */
export function responseCompleted(
  response: ServerResponse,
  usage: ResponseUsage | undefined,
): TransportLayerResponseCompleted {
  const statusReason = reasonOf(response);
  return {
    type: 'response_done',
    response: {
      id: response.id,
      output: response.output ?? [],
      status: endStatus(response.status),
      ...(usage === undefined ? {} : { usage }),
      ...(statusReason === undefined ? {} : { statusReason }),
    },
  };
}

/** A response that ended without saying how has completed. */
function endStatus(status: ServerResponse['status']): ResponseStatus {
  return status === undefined || status === null || status === 'in_progress' ? 'completed' : status;
}

function reasonOf({ status_details: details }: ServerResponse): string | undefined {
  return details?.reason ?? details?.error?.code ?? details?.error?.message ?? undefined;
}

/** The numbers among the details; `cached_tokens_details.text_tokens` goes by `cached_text_tokens`, and so on. */
function counts(details: object | null | undefined): Record<string, number> {
  const { cached_tokens_details: cached, ...rest } = (details ?? {}) as Record<string, unknown>;
  const named = Object.entries(cached ?? {}).map(([kind, count]) => [`cached_${kind}`, count] as const);
  const all = [...Object.entries(rest), ...named];
  return Object.fromEntries(all.filter((entry): entry is [string, number] => typeof entry[1] === 'number'));
}
