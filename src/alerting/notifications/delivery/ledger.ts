import type { Integration } from '../config/alertmanager-config';
import type { LabelSet } from '../matching/alert-matcher';
import type { SharedState, StateTable } from '../state/shared-state';

/** An alert as it is told. */
export interface ToldAlert {
  readonly fingerprint: string;
  readonly labels: LabelSet;
  readonly annotations: LabelSet;
  /** Unix ms. */
  readonly startsAt: number;
  /** Unix ms; 0: it fires. */
  readonly endsAt: number;
  readonly generatorUrl: string;
  readonly value?: number | undefined;
  readonly threshold?: number | undefined;
}

/** What is to be told. */
export interface Content {
  readonly alerts: readonly ToldAlert[];
  /** Fingerprints. */
  readonly firing: readonly string[];
  readonly resolved: readonly string[];
}

export interface PendingDelivery extends Content {
  /** Another content has another. */
  readonly sequence: number;
  /** Since when it waits (Unix ms). */
  readonly sinceMs: number;
  readonly attempts: number;
  /** When it is tried (again). */
  readonly nextMs: number;
  /** An attempt is under way, which has ended by then, whatever became of who makes it. */
  readonly underWayUntilMs: number | undefined;
}

/** What a receiver said the last time. */
export interface Answer {
  readonly atMs: number;
  readonly ok: boolean;
  readonly text: string;
}

/** The row of one group and one integration of its receiver: what it was told, and what it is still to be told. */
export interface LedgerRow {
  readonly id: string;
  readonly groupId: string;
  /** As Alertmanager calls the group. */
  readonly groupKey: string;
  readonly groupLabels: LabelSet;
  readonly receiver: string;
  /** The place of the integration in its receiver. */
  readonly integration: number;
  readonly kind: Integration['kind'];
  readonly told: (Omit<Content, 'alerts'> & { readonly atMs: number }) | undefined;
  readonly pending: PendingDelivery | undefined;
  /** What was given up, until something newer is told. */
  readonly dead: (Content & { readonly atMs: number; readonly reason: string }) | undefined;
  readonly answer: Answer | undefined;
}

export const ledgerId = (groupId: string, receiver: string, integration: number): string =>
  JSON.stringify([groupId, receiver, integration]);

/** How long (ms) what was given up is shown after its alerts have ended, and of how many groups and receivers. */
const DEAD_KEPT_MS = 86_400_000;
const MAX_DEAD_KEPT = 1_000;

/** Forgets what was given up of groups that are gone. */
export function forgetDead(
  ledger: StateTable<LedgerRow>,
  nowMs: number,
  groupExists: (groupId: string) => boolean,
): void {
  const gone = [...ledger.values()]
    .filter(({ dead, pending, groupId }) => dead !== undefined && pending === undefined && !groupExists(groupId))
    .toSorted((one, other) => other.dead!.atMs - one.dead!.atMs);
  gone.forEach(({ id, dead }, at) => {
    if (at >= MAX_DEAD_KEPT || dead!.atMs + DEAD_KEPT_MS < nowMs) ledger.delete(id);
  });
}

/** All rows. */
export function ledgerOf(state: SharedState): StateTable<LedgerRow> {
  return state.table<LedgerRow>('delivery');
}

/** Names of the alerts that are told, for the history. */
export const alertnamesOf = ({ alerts }: Content): string[] => [
  ...new Set(alerts.map(({ labels }) => labels.alertname ?? '')),
];
