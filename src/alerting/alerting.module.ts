import { Module } from '@nestjs/common';
import { CommonModule } from '../common/common.module';
import { ModuleImportError } from '../common/settings/settings.errors';
import { JobsModule } from '../jobs/jobs.module';
import { PromqlEngine } from '../monitoring/promql/promql-engine';
import { SamplingJob } from '../monitoring/sampling/sampling-job';
import { SeriesSampler } from '../monitoring/sampling/series-sampler';
import { SeriesStore } from '../monitoring/series/series-store';
import { AlertEvaluator } from './alert-evaluator';
import { AlertRuleSource } from './alert-rule-source';
import { ConfigurableAlertingModule, MONITORING_MISSING, alertingOptionsProviders } from './alerting.module-definition';
import { AlertsJob } from './alerts-job';
import { AlertsService } from './alerts.service';
import { PromqlAlertEvaluator } from './promql-alert-evaluator';
import { RuleSource } from './rule-source';
import { RuleTrackers } from './rule-trackers';

/** Alert rules and their evaluation over what monitoring has measured; the HTTP face of it is in `performance`. */
@Module({
  imports: [CommonModule, JobsModule],
  providers: [
    ...alertingOptionsProviders,
    {
      provide: AlertEvaluator,
      inject: [
        { token: SeriesStore, optional: true },
        { token: SeriesSampler, optional: true },
        { token: SamplingJob, optional: true },
      ],
      // An engine of its own: queries from outside, however many and heavy, must not take the place of the rules.
      useFactory: (store?: SeriesStore, sampler?: SeriesSampler, ticks?: SamplingJob) => {
        if (store === undefined || sampler === undefined || ticks === undefined)
          throw new ModuleImportError(MONITORING_MISSING);
        const { intervalMs } = ticks;
        return new PromqlAlertEvaluator(new PromqlEngine(store), { intervalMs, lastTick: () => sampler.lastTick });
      },
    },
    RuleTrackers,
    AlertsService,
    AlertsJob,
    { provide: RuleSource, useClass: AlertRuleSource },
  ],
  exports: [AlertsService, RuleSource],
})
export class AlertingModule extends ConfigurableAlertingModule {}
