import type { Labels } from '../monitoring/series/labels';
import type { ActiveAlert } from './rules/active-alert';
import { conditionOf } from './rules/alert-condition';
import type { RuleOfGroup } from './rules/group-run';
import type { AlertingRule } from './rules/rule-file';

export interface Alert {
  readonly name: string;
  /** The label `severity`; '' where the rule sets none. */
  readonly severity: string;
  /**
   * `inhibited`: the alert is pending or firing, but a critical one of its name and labels fires. `unknown`: it cannot be
   * said whether the rule's condition holds.
   */
  readonly state: 'inactive' | 'pending' | 'firing' | 'resolved' | 'inhibited' | 'unknown';
  /** Of the last evaluation; NaN where there is none. */
  readonly value: number;
  readonly threshold: number | undefined;
  /** Since when (Unix ms) it is in its state; `undefined` while inactive. */
  readonly sinceMs: number | undefined;
  readonly summary: string;
  /** Those of the series, without `alertname` and `severity`. */
  readonly labels: Labels;
  /** Why nothing new can be said of it, where that is so: it stays as it was. */
  readonly unknown: string | undefined;
}

const NOT_OF_THE_SERIES: ReadonlySet<string> = new Set(['alertname', 'severity']);

/** Every alert of these rules that is not inactive, resolved ones for a quarter of an hour, with inhibition applied. */
export function activeAlerts(rules: readonly RuleOfGroup[]): Alert[] {
  const critical = new Set<string>();
  for (const { alerting } of rules) {
    for (const alert of alerting?.all ?? []) {
      if (alert.phase === 'firing' && severityOf(alert) === 'critical') critical.add(identity(alert));
    }
  }
  return rules.flatMap(({ alerting, health }) =>
    (alerting?.all ?? []).map((alert): Alert => {
      const inhibited = alert.phase !== 'inactive' && severityOf(alert) !== 'critical' && critical.has(identity(alert));
      return {
        name: alerting!.rule.name,
        severity: severityOf(alert),
        state: inhibited ? 'inhibited' : alert.phase === 'inactive' ? 'resolved' : alert.phase,
        value: alert.value,
        threshold: thresholdOf(alerting!.rule),
        sinceMs: alert.resolvedAtMs ?? alert.firedAtMs ?? alert.activeAtMs,
        summary: alert.annotations.summary ?? '',
        labels: alert.labels.drop(NOT_OF_THE_SERIES),
        unknown: health.unknown?.reason,
      };
    }),
  );
}

/** The entry of a rule that has no alert. @param value what it compares */
export function quietAlert({ rule, health }: RuleOfGroup, labels: Labels, value: number): Alert {
  const { labels: ruleLabels, annotations = {} } = rule as AlertingRule;
  return {
    name: rule.name,
    severity: ruleLabels.severity ?? '',
    state: health.unknown === undefined ? 'inactive' : 'unknown',
    value,
    threshold: thresholdOf(rule as AlertingRule),
    sinceMs: undefined,
    summary: annotations.summary ?? '',
    labels,
    unknown: health.unknown?.reason,
  };
}

const severityOf = ({ labels }: ActiveAlert): string => labels.get('severity');

const identity = ({ labels }: ActiveAlert): string => labels.with('severity', '').key;

const thresholds = new WeakMap<AlertingRule, number | undefined>();

function thresholdOf(rule: AlertingRule): number | undefined {
  if (!thresholds.has(rule)) thresholds.set(rule, conditionOf(rule.expr).threshold);
  return thresholds.get(rule);
}
