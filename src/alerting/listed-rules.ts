import { Injectable } from '@nestjs/common';
import { AlertsService } from './alerts.service';
import { type ListedRule, type ListedRuleGroup, RuleSource } from './rule-source';
import type { GroupRun, RuleOfGroup } from './rules/group-run';

/** The rules as Prometheus's API lists them; that API has no inhibition, which is Alertmanager's task there. */
@Injectable()
export class ListedRules extends RuleSource {
  constructor(private readonly alerts: AlertsService) {
    super();
  }

  groups(): readonly ListedRuleGroup[] {
    return this.alerts.groups.map((group: GroupRun) => ({
      name: group.group.name,
      file: group.file,
      limit: group.group.limit,
      intervalSeconds: group.intervalMs / 1_000,
      evaluationSeconds: group.evaluationSeconds,
      lastEvaluationMs: group.lastEvaluationMs,
      rules: group.rules.map(listed),
    }));
  }
}

function listed({ rule, health, alerting }: RuleOfGroup): ListedRule {
  const active = (alerting?.all ?? []).flatMap(({ labels, annotations, phase, activeAtMs, value, keptSinceMs }) =>
    phase === 'inactive'
      ? []
      : [{ labels: labels.toObject(), annotations, state: phase, activeAtMs, value, keepFiringSinceMs: keptSinceMs }],
  );
  const firing = active.some(({ state }) => state === 'firing');
  const alerts = rule.kind === 'alerting' ? rule : undefined;
  return {
    type: rule.kind,
    name: rule.name,
    query: rule.expr,
    labels: rule.labels,
    annotations: alerts?.annotations ?? {},
    state: firing ? 'firing' : active.length > 0 ? 'pending' : 'inactive',
    durationSeconds: (alerts?.forMs ?? 0) / 1_000,
    keepFiringForSeconds: (alerts?.keepFiringForMs ?? 0) / 1_000,
    alerts: active,
    health:
      health.lastEvaluationMs === undefined || (health.unknown !== undefined && health.lastError === undefined)
        ? 'unknown'
        : health.lastError === undefined
          ? 'ok'
          : 'err',
    lastError: health.lastError ?? health.unknown?.reason,
    evaluationSeconds: health.evaluationSeconds,
    lastEvaluationMs: health.lastEvaluationMs,
  };
}
