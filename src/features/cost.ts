import type { ResponseUsage } from '../session/input.ts';
import type { Usage } from '../agent/usage.ts';

/** Prices of one kind of tokens, per million, in any currency. */
export interface TokenPrices {
  readonly input: number;
  /** Of input that the service had cached; it is part of the input, not beside it. Default: as other input. */
  readonly cachedInput?: number;
  /** Default 0: not every kind of tokens comes out. */
  readonly output?: number;
}

/** A price table, as a model's price list has it. */
export interface RealtimePrices {
  readonly text: TokenPrices;
  readonly audio: TokenPrices;
  /** Default: as text. */
  readonly image?: TokenPrices;
}

/** What tokens cost, in the currency of the prices. */
export interface TokenCost {
  readonly total: number;
  readonly input: number;
  readonly output: number;
}

const PER_TOKEN = 1e-6;

/**
 * What a session, or one response of it, costs by a price table: `costOf(session.usage, prices)`.
 *
 * Cached tokens are a part of the input tokens and are priced once. Tokens that the service does not tell apart count as
 * text; where it says only how many were cached, they are taken as spread over the kinds as the input is.
 */
export function costOf(usage: Usage | ResponseUsage, prices: RealtimePrices): TokenCost {
  const inputs = Array.isArray(usage.inputTokensDetails) ? usage.inputTokensDetails : [usage.inputTokensDetails ?? {}];
  const outputs = Array.isArray(usage.outputTokensDetails)
    ? usage.outputTokensDetails
    : [usage.outputTokensDetails ?? {}];
  const input = inputCost(usage.inputTokens, inputs, prices);
  const output = outputCost(usage.outputTokens, outputs, prices);
  return { total: input + output, input, output };
}

type Details = Readonly<Record<string, number>>;

const KINDS = ['text', 'audio', 'image'] as const;
type Kind = (typeof KINDS)[number];

function inputCost(tokens: number, details: readonly Details[], prices: RealtimePrices): number {
  let cost = 0;
  let known = 0;
  for (const each of details) {
    const counted = KINDS.reduce((sum, kind) => sum + countOf(each, kind), 0);
    const cachedShare = counted > 0 ? Math.min(1, (each['cached_tokens'] ?? 0) / counted) : 0;
    for (const kind of KINDS) {
      const { input, cachedInput = input } = pricesOf(prices, kind);
      const count = countOf(each, kind);
      const cached = Math.min(count, each[`cached_${kind}_tokens`] ?? count * cachedShare);
      cost += ((count - cached) * input + cached * cachedInput) * PER_TOKEN;
    }
    known += counted;
  }
  return cost + Math.max(0, tokens - known) * prices.text.input * PER_TOKEN;
}

function outputCost(tokens: number, details: readonly Details[], prices: RealtimePrices): number {
  let cost = 0;
  let known = 0;
  for (const each of details) {
    for (const kind of KINDS) {
      cost += countOf(each, kind) * (pricesOf(prices, kind).output ?? 0) * PER_TOKEN;
      known += countOf(each, kind);
    }
  }
  return cost + Math.max(0, tokens - known) * (prices.text.output ?? 0) * PER_TOKEN;
}

function countOf(details: Details, kind: Kind): number {
  return details[`${kind}_tokens`] ?? 0;
}

function pricesOf(prices: RealtimePrices, kind: Kind): TokenPrices {
  return kind === 'image' ? (prices.image ?? prices.text) : prices[kind];
}
