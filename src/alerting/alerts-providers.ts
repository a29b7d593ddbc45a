import type { Provider } from '@nestjs/common';
import { PromqlEngine } from '../monitoring/promql/promql-engine';
import { RuleSource } from './rule-source';
import { SeriesStore } from '../monitoring/series/series-store';
import { AlertEvaluator } from './alert-evaluator';
import { AlertRuleSource } from './alert-rule-source';
import { AlertsJob } from './alerts-job';
import { AlertsService } from './alerts.service';
import { PromqlAlertEvaluator } from './promql-alert-evaluator';

/** Alert rules and their evaluation, for the monitoring module to list. */
export const alertProviders: Provider[] = [
  {
    provide: AlertEvaluator,
    inject: [SeriesStore],
    // An engine of its own: queries from outside, however many and heavy, must not take the place of the rules.
    useFactory: (store: SeriesStore) => new PromqlAlertEvaluator(new PromqlEngine(store)),
  },
  AlertsService,
  AlertsJob,
  { provide: RuleSource, useClass: AlertRuleSource },
];
