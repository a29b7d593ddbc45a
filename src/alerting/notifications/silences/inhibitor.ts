import type { InhibitRule } from '../config/route-config';
import { type KnownAlert, isResolved } from '../alerts/alert-book';
import { type LabelSet, matchesAll } from '../matching/alert-matcher';

/** Which alerts are not told because another one fires, as of one moment. */
export class Inhibitor {
  /** Of each rule: its firing sources by the labels that must be equal. */
  private readonly sources: readonly ReadonlyMap<string, readonly KnownAlert[]>[];

  constructor(
    private readonly rules: readonly InhibitRule[],
    alerts: Iterable<KnownAlert>,
    nowMs: number,
  ) {
    const firing = rules.length === 0 ? [] : [...alerts].filter((alert) => !isResolved(alert, nowMs));
    this.sources = rules.map(({ source, equal }) =>
      Map.groupBy(
        firing.filter(({ labels }) => matchesAll(labels, source)),
        ({ labels }) => keyOf(labels, equal),
      ),
    );
  }

  /** The fingerprints of those that inhibit an alert with these labels, one of each rule. */
  inhibiting(labels: LabelSet): string[] {
    return this.rules.flatMap(({ source, target, equal }, at) => {
      if (!matchesAll(labels, target)) return [];
      const candidates = this.sources[at]!.get(keyOf(labels, equal)) ?? [];
      // What matches both sides is not inhibited by its like, or all of them would inhibit each other.
      const isSource = matchesAll(labels, source);
      const found = candidates.find((candidate) => !(isSource && matchesAll(candidate.labels, target)));
      return found === undefined ? [] : [found.fingerprint];
    });
  }
}

const keyOf = (labels: LabelSet, equal: readonly string[]): string =>
  JSON.stringify(equal.map((name) => (Object.hasOwn(labels, name) ? labels[name] : '')));
