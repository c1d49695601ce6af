import type { CallRecord } from './crowd.ts';

/** What became of calls whose process was killed. */
export interface CallTally {
  readonly calls: number;
  /** Those whose audio has reached a model again. */
  readonly heardAgain: number;
  /** Those that the second process went on with; the others had nothing in their journal yet. */
  readonly continued: number;
  /** Items that were safe and are not there. */
  readonly lost: number;
  /** Items that are there twice. */
  readonly doubled: number;
  /** Calls that went on with another agent than the one who was safely in charge. */
  readonly wrongAgent: number;
  readonly orders: number;
  /** Orders that were carried out more than once. */
  readonly repeatedOrders: number;
}

/** Adds up what became of the calls. */
export function tallyOf(records: readonly CallRecord[]): CallTally {
  const sum = (count: (record: CallRecord) => number): number =>
    records.reduce((total, record) => total + count(record), 0);
  return {
    calls: records.length,
    heardAgain: sum(({ silentMs }) => Number(silentMs >= 0)),
    continued: sum(({ takenItemIds }) => Number(takenItemIds !== null)),
    lost: sum(
      ({ safeItemIds, takenItemIds }) => safeItemIds.filter((id) => takenItemIds?.includes(id) !== true).length,
    ),
    doubled: sum(({ takenItemIds }) => (takenItemIds?.length ?? 0) - new Set(takenItemIds).size),
    wrongAgent: sum(({ safeAgentName, takenAgentName }) =>
      Number(safeAgentName === 'Billing' && takenAgentName !== 'Billing'),
    ),
    orders: sum(({ orders }) => orders.length),
    repeatedOrders: sum(({ orders }) => orders.filter((count) => count > 1).length),
  };
}
