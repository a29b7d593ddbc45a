import { Inject, Injectable } from '@nestjs/common';
import { type ListedRule, type ListedRuleGroup, RuleSource } from './rule-source';
import { ALERTING_OPTIONS, type AlertingOptions } from './alerting.module-definition';
import type { RuleTracker } from './rule-tracker';
import { RuleTrackers } from './rule-trackers';

/** The alert rules as Prometheus's API lists them; that API has no inhibition, which is Alertmanager's task there. */
@Injectable()
export class AlertRuleSource extends RuleSource {
  constructor(
    private readonly trackers: RuleTrackers,
    @Inject(ALERTING_OPTIONS) private readonly options: AlertingOptions,
  ) {
    super();
  }

  groups(): readonly ListedRuleGroup[] {
    const trackers = this.trackers.all;
    const evaluated = trackers.map(({ lastEvaluationMs }) => lastEvaluationMs).filter((ms) => ms !== undefined);
    return [
      {
        name: 'performance-gateway',
        file: 'built-in',
        intervalSeconds: this.options.intervalMs / 1_000,
        evaluationSeconds: trackers.reduce((sum, { evaluationSeconds }) => sum + evaluationSeconds, 0),
        lastEvaluationMs: evaluated.length === 0 ? undefined : Math.max(...evaluated),
        rules: trackers.map(listed),
      },
    ];
  }
}

function listed(tracker: RuleTracker): ListedRule {
  const { rule, lastError, lastEvaluationMs } = tracker;
  const ruleLabels = { severity: rule.severity };
  const annotations = { summary: rule.summary };
  const alerts = [...tracker.active].flatMap(({ labels, state: { phase, activeAtMs, value } }) =>
    phase === 'resolved'
      ? []
      : [{ labels: alertLabels(labels.toObject(), rule), annotations, state: phase, activeAtMs, value }],
  );
  const firing = alerts.some(({ state }) => state === 'firing');
  return {
    type: 'alerting',
    name: rule.name,
    query: rule.expr,
    labels: ruleLabels,
    annotations,
    state: firing ? 'firing' : alerts.length > 0 ? 'pending' : 'inactive',
    durationSeconds: rule.forSeconds,
    keepFiringForSeconds: 0,
    alerts,
    health: lastEvaluationMs === undefined ? 'unknown' : lastError === undefined ? 'ok' : 'err',
    lastError,
    evaluationSeconds: tracker.evaluationSeconds,
    lastEvaluationMs,
  };
}

const alertLabels = (labels: Readonly<Record<string, string>>, { name, severity }: RuleTracker['rule']) => ({
  ...labels,
  alertname: name,
  severity,
});
