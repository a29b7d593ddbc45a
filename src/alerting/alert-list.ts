import type { Labels } from '../monitoring/series/labels';
import type { AlertSeverity } from './alert-rule';
import type { AlertPhase } from './alert-state';
import type { RuleTracker } from './rule-tracker';

export interface Alert {
  readonly name: string;
  readonly severity: AlertSeverity;
  /** `inhibited`: the alert is pending or firing, but a more severe one of its name fires. */
  readonly state: 'inactive' | AlertPhase | 'inhibited';
  readonly value: number;
  readonly threshold: number | undefined;
  /** Unix ms; `undefined` while inactive. */
  readonly sinceMs: number | undefined;
  readonly summary: string;
  readonly labels: Labels;
}

/** Every alert of every rule, the inactive ones included, with inhibition applied. */
export function alertList(trackers: readonly RuleTracker[]): Alert[] {
  const critical = new Set<string>();
  for (const { rule, active } of trackers) {
    if (rule.severity !== 'critical') continue;
    for (const { labels, state } of active) if (state.phase === 'firing') critical.add(identity(rule.name, labels));
  }
  return trackers.flatMap(({ rule, threshold, active, quiet }) => {
    const { name, severity, summary } = rule;
    const inhibits = (labels: Labels) => severity !== 'critical' && critical.has(identity(name, labels));
    return [
      ...[...active].map(({ labels, state }) => ({
        name,
        severity,
        state: state.phase !== 'resolved' && inhibits(labels) ? ('inhibited' as const) : state.phase,
        value: state.value,
        threshold,
        sinceMs: state.sinceMs,
        summary,
        labels,
      })),
      ...quiet.map(({ labels, value }) => ({
        name,
        severity,
        state: 'inactive' as const,
        value,
        threshold,
        sinceMs: undefined,
        summary,
        labels,
      })),
    ];
  });
}

const identity = (name: string, labels: Labels) => `${name}\n${labels.key}`;
