import type { Provider } from '@nestjs/common';
import { RuleSource } from '../promql/rule.source';
import { AlertEvaluator } from './alert.evaluator';
import { AlertRuleSource } from './alert.rule-source';
import { AlertsJob } from './alerts.job';
import { AlertsService } from './alerts.service';
import { PromqlAlertEvaluator } from './promql.alert-evaluator';

/** Alert rules and their evaluation, for the monitoring module to list. */
export const alertProviders: Provider[] = [
  { provide: AlertEvaluator, useClass: PromqlAlertEvaluator },
  AlertsService,
  AlertsJob,
  { provide: RuleSource, useClass: AlertRuleSource },
];
