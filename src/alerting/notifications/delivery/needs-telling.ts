import type { Content, LedgerRow } from './ledger';

interface Asked {
  readonly row: Pick<LedgerRow, 'told' | 'dead'> | undefined;
  readonly content: Omit<Content, 'alerts'>;
  readonly sendResolved: boolean;
  readonly repeatIntervalMs: number;
  /** Somebody cares for all that fires: it is not repeated. */
  readonly isAcknowledged: boolean;
  readonly nowMs: number;
}

/** Whether a receiver has to be told, by what it was told before; Alertmanager's own rule. */
export function needsTelling(asked: Asked): boolean {
  const { row, content, sendResolved, repeatIntervalMs, isAcknowledged, nowMs } = asked;
  const { told, dead } = row ?? {};
  const { firing, resolved } = content;
  // What was refused for good is tried again when there is something new, and as often as it would be repeated.
  if (dead !== undefined && isSubset(firing, dead.firing) && isSubset(resolved, dead.resolved)) {
    return nowMs - dead.atMs >= repeatIntervalMs;
  }
  if (told === undefined) return firing.length > 0;
  if (!isSubset(firing, told.firing)) return true;
  if (firing.length === 0) return told.firing.length > 0;
  if (sendResolved && !isSubset(resolved, told.resolved)) return true;
  return !isAcknowledged && nowMs - told.atMs >= repeatIntervalMs;
}

function isSubset(some: readonly string[], all: readonly string[]): boolean {
  if (some.length === 0) return true;
  const set = new Set(all);
  return some.every((each) => set.has(each));
}
