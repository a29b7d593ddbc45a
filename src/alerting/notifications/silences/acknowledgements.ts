import type { KnownAlert } from '../alerts/alert-book';
import { occurrenceOf } from '../alerts/occurrence';
import type { SharedState, StateTable } from '../state/shared-state';

/** Somebody has seen an alert and cares for it. */
export interface Acknowledgement {
  readonly fingerprint: string;
  readonly by: string;
  readonly comment: string;
  /** Unix ms. */
  readonly atMs: number;
}

/**
 * Which alerts were seen by whom. It is no silence: only the repeats stop. What is new in the group, such as the same
 * trouble at a higher severity, is told, and so is the end, with which the acknowledgement ends, too.
 */
export class Acknowledgements {
  private readonly table: StateTable<Acknowledgement>;

  constructor(private readonly state: SharedState) {
    this.table = state.table<Acknowledgement>('acknowledgement');
  }

  get(fingerprint: string): Acknowledgement | undefined {
    return this.table.get(fingerprint);
  }

  all(): Iterable<Acknowledgement> {
    return this.table.values();
  }

  add(alerts: readonly KnownAlert[], by: string, comment: string, atMs: number): void {
    for (const { fingerprint } of alerts) this.table.put(fingerprint, { fingerprint, by, comment, atMs });
    this.record('acknowledged', alerts, { by, comment }, atMs);
  }

  /** Takes them back. @returns those that there were */
  remove(alerts: readonly KnownAlert[], by: string, atMs: number): KnownAlert[] {
    const known = alerts.filter(({ fingerprint }) => this.table.get(fingerprint) !== undefined);
    for (const { fingerprint } of known) this.table.delete(fingerprint);
    if (known.length > 0) this.record('taken back', known, { by }, atMs);
    return known;
  }

  /** Ends those of alerts that do not fire any more. */
  endAll(isFiring: (fingerprint: string) => boolean): void {
    for (const { fingerprint } of this.table.values()) if (!isFiring(fingerprint)) this.table.delete(fingerprint);
  }

  private record(what: string, alerts: readonly KnownAlert[], detail: object, atMs: number): void {
    const alertnames = [...new Set(alerts.map(({ labels }) => labels.alertname ?? ''))];
    const labels = alerts.map((alert) => alert.labels);
    const occurrences = alerts.map((alert) => occurrenceOf(alert));
    const event = { atMs, kind: 'acknowledgement', alertnames, occurrences } as const;
    this.state.record({ ...event, detail: { what, ...detail, alerts: labels } });
  }
}
