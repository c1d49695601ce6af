/** Tokens as they come from a response or from JSON; missing counts are 0. */
export interface RequestUsageInput {
  inputTokens?: number;
  outputTokens?: number;
  totalTokens?: number;
  inputTokensDetails?: Readonly<Record<string, number>>;
  outputTokensDetails?: Readonly<Record<string, number>>;
  endpoint?: string;
}

/** Totals as they come from JSON; missing counts are 0. */
export interface UsageInput {
  requests?: number;
  inputTokens?: number;
  outputTokens?: number;
  totalTokens?: number;
  inputTokensDetails?: readonly Readonly<Record<string, number>>[] | Readonly<Record<string, number>>;
  outputTokensDetails?: readonly Readonly<Record<string, number>>[] | Readonly<Record<string, number>>;
  requestUsageEntries?: readonly RequestUsageInput[];
}

/** Tokens of one response. */
export class RequestUsage {
  inputTokens: number;
  outputTokens: number;
  totalTokens: number;
  inputTokensDetails: Record<string, number>;
  outputTokensDetails: Record<string, number>;
  endpoint?: string;

  constructor(input: RequestUsageInput = {}) {
    this.inputTokens = input.inputTokens ?? 0;
    this.outputTokens = input.outputTokens ?? 0;
    this.totalTokens = input.totalTokens ?? this.inputTokens + this.outputTokens;
    this.inputTokensDetails = { ...input.inputTokensDetails };
    this.outputTokensDetails = { ...input.outputTokensDetails };
    if (input.endpoint !== undefined) this.endpoint = input.endpoint;
  }

  static fromJSON(input?: RequestUsageInput): RequestUsage {
    return new RequestUsage(input);
  }
}

/** Tokens of a session so far. */
export class Usage {
  requests: number;
  inputTokens: number;
  outputTokens: number;
  totalTokens: number;
  inputTokensDetails: Record<string, number>[];
  outputTokensDetails: Record<string, number>[];
  requestUsageEntries: RequestUsage[] | undefined;

  constructor(input?: UsageInput) {
    this.requests = input === undefined ? 0 : (input.requests ?? 1);
    this.inputTokens = input?.inputTokens ?? 0;
    this.outputTokens = input?.outputTokens ?? 0;
    this.totalTokens = input?.totalTokens ?? this.inputTokens + this.outputTokens;
    this.inputTokensDetails = detailsOf(input?.inputTokensDetails);
    this.outputTokensDetails = detailsOf(input?.outputTokensDetails);
    this.requestUsageEntries = input?.requestUsageEntries?.map((entry) => new RequestUsage(entry));
  }

  static fromJSON(input?: UsageInput): Usage {
    return new Usage(input);
  }

  /** Adds the counts of `other`; one that stands for a single request becomes an entry of its own. */
  add(other: Usage): void {
    this.requests += other.requests;
    this.inputTokens += other.inputTokens;
    this.outputTokens += other.outputTokens;
    this.totalTokens += other.totalTokens;
    this.inputTokensDetails.push(...other.inputTokensDetails);
    this.outputTokensDetails.push(...other.outputTokensDetails);
    const entries = other.requestUsageEntries ?? (other.requests === 1 ? [singleRequest(other)] : []);
    if (entries.length > 0) (this.requestUsageEntries ??= []).push(...entries);
  }
}

function detailsOf(details: UsageInput['inputTokensDetails']): Record<string, number>[] {
  if (details === undefined) return [];
  return Array.isArray(details) ? details.map((entry) => ({ ...entry })) : [{ ...(details as Record<string, number>) }];
}

function singleRequest(usage: Usage): RequestUsage {
  const { inputTokens, outputTokens, totalTokens } = usage;
  return new RequestUsage({
    inputTokens,
    outputTokens,
    totalTokens,
    inputTokensDetails: usage.inputTokensDetails[0] ?? {},
    outputTokensDetails: usage.outputTokensDetails[0] ?? {},
  });
}
