import { Module } from '@nestjs/common';
import { Clock } from '../common/clock';
import { CommonModule } from '../common/common.module';
import { ModuleImportError } from '../common/settings/settings.errors';
import { Instance } from '../copies/instance';
import { SharedDatabase } from '../copies/shared-database';
import { JobsModule } from '../jobs/jobs.module';
import { PromqlEngine } from '../monitoring/promql/promql-engine';
import { SamplingJob } from '../monitoring/sampling/sampling-job';
import { SeriesSampler } from '../monitoring/sampling/series-sampler';
import { SeriesStore } from '../monitoring/series/series-store';
import {
  ALERTING_OPTIONS,
  type AlertingOptions,
  alertingOptionsProviders,
  ConfigurableAlertingModule,
  MONITORING_MISSING,
} from './alerting.module-definition';
import { AlertsJob } from './alerts-job';
import { AlertsService } from './alerts.service';
import { ListedRules } from './listed-rules';
import { NotificationHealth } from './notifications/notification-health';
import { NotificationMetrics } from './notifications/notification.metrics';
import { Notifications } from './notifications/notifications.service';
import { ALERT_RECEIVER, type AlertReceiver } from './posted-alert';
import { RuleBacktests } from './rule-backtests';
import { RuleGroupChanges } from './rule-group-changes';
import { RuleSource } from './rule-source';

/** Alert rules and their evaluation over what monitoring has measured; the HTTP face of it is in `performance`. */
@Module({
  imports: [CommonModule, JobsModule],
  providers: [
    ...alertingOptionsProviders,
    {
      provide: AlertsService,
      inject: [
        ALERTING_OPTIONS,
        Clock,
        { token: SeriesStore, optional: true },
        { token: SeriesSampler, optional: true },
        { token: SamplingJob, optional: true },
        { token: ALERT_RECEIVER, optional: true },
        { token: SharedDatabase, optional: true },
        { token: Instance, optional: true },
      ],
      useFactory: (
        options: AlertingOptions,
        clock: Clock,
        store?: SeriesStore,
        sampler?: SeriesSampler,
        ticks?: SamplingJob,
        receiver?: AlertReceiver,
        database?: SharedDatabase,
        instance?: Instance,
      ) => {
        if (store === undefined || sampler === undefined || ticks === undefined) {
          throw new ModuleImportError(MONITORING_MISSING);
        }
        return new AlertsService({
          options,
          clock,
          store,
          // One of its own: queries from outside, however many and heavy, must not take the place of the rules.
          engine: new PromqlEngine(store),
          sampling: { intervalMs: ticks.intervalMs, lastTick: () => sampler.lastTick },
          receiver,
          database: database?.isConfigured === true ? database : undefined,
          instance: instance?.id,
        });
      },
    },
    AlertsJob,
    Notifications,
    NotificationMetrics,
    NotificationHealth,
    { provide: ALERT_RECEIVER, useExisting: Notifications },
    RuleGroupChanges,
    RuleBacktests,
    { provide: RuleSource, useClass: ListedRules },
  ],
  exports: [AlertsService, Notifications, NotificationHealth, RuleBacktests, RuleGroupChanges, RuleSource],
})
export class AlertingModule extends ConfigurableAlertingModule {}
