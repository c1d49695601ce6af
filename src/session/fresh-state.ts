import { NO_ITEMS } from './item-list.ts';
import { NO_PLAYBACK } from './playback.ts';
import { NO_RESPONSES } from './responses.ts';
import type { ReconnectPolicy, SessionState } from './state.ts';

/** What a connection begins with. */
export const FRESH_CALL: Pick<
  SessionState,
  'history' | 'responses' | 'tools' | 'handoffs' | 'guardrails' | 'playback'
> = {
  history: { items: NO_ITEMS, orphanIds: [], cuts: [] },
  responses: NO_RESPONSES,
  tools: { pending: [], followUpIds: [], unconfirmed: [], unsent: [], resendCount: 0, handoffIds: [] },
  handoffs: { updateIds: [] },
  guardrails: { texts: [] },
  playback: NO_PLAYBACK,
};

/** What every session has until something happens to it; sessions share it, so that one that only waits takes little memory. */
const UNTOUCHED: Pick<SessionState, 'connection' | 'abilities' | 'nextId' | 'approvals' | 'usage' | 'features'> = {
  connection: 'closed',
  abilities: { isDriven: false, createsResponses: false },
  nextId: 1,
  approvals: { always: {} },
  usage: { requests: 0, inputTokens: 0, outputTokens: 0, totalTokens: 0, perResponse: [], joinedIds: [] },
  features: {},
};

const NOTHING_SENT: Pick<SessionState['reconnect'], 'unconfirmed' | 'outbox'> = { unconfirmed: [], outbox: [] };

/** A session that has never been connected. `seed` begins every id made in it. */
export function initialSession(options: {
  readonly agentName: string;
  readonly seed: string;
  readonly guardrailDebounceLength: number | null;
  /** Default 1. */
  readonly guardrailCount?: number;
  /** Default: a lost connection ends the session. */
  readonly reconnect?: ReconnectPolicy | null;
}): SessionState {
  return {
    ...UNTOUCHED,
    ...FRESH_CALL,
    agentName: options.agentName,
    guardrailDebounceLength: options.guardrailDebounceLength,
    guardrailCount: options.guardrailCount ?? 1,
    seed: options.seed,
    reconnect: {
      policy: options.reconnect ?? null,
      attempt: 0,
      connectionCount: 0,
      openedAtMs: 0,
      isRolloverDue: false,
      ...NOTHING_SENT,
    },
  };
}
