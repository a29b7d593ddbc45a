import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { JobScheduler } from '../jobs/job-scheduler';
import { ALERTING_OPTIONS, type AlertingOptions } from './alerting.module-definition';
import { AlertsService } from './alerts.service';

/** Evaluates the alert rules at every interval. */
@Injectable()
export class AlertsJob implements OnApplicationBootstrap {
  constructor(
    @Inject(ALERTING_OPTIONS) private readonly options: AlertingOptions,
    private readonly alerts: AlertsService,
    private readonly jobs: JobScheduler,
  ) {}

  onApplicationBootstrap(): void {
    this.jobs.add({
      name: 'alert-evaluation',
      everyMs: this.options.intervalMs,
      run: () => this.alerts.evaluate(),
      failure: 'The alert rules could not be evaluated',
    });
  }
}
