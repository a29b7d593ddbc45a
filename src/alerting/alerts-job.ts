import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { JobRuns } from '../monitoring/jobs/job-runs';
import { ALERTING_OPTIONS, type AlertingOptions } from './alerting.module-definition';
import { AlertsService } from './alerts.service';

const ALERTS_JOB = 'alert-evaluation';

/** Evaluates the alert rules again and again; never twice at once. */
@Injectable()
export class AlertsJob implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(AlertsJob.name);
  private running: Promise<void> | undefined;

  constructor(
    @Inject(ALERTING_OPTIONS) private readonly options: AlertingOptions,
    private readonly alerts: AlertsService,
    private readonly schedule: SchedulerRegistry,
    private readonly jobs: JobRuns,
  ) {}

  get intervalMs(): number {
    return this.options.intervalMs;
  }

  onApplicationBootstrap(): void {
    const timer = setInterval(() => (this.running ??= this.run()), this.intervalMs);
    timer.unref();
    this.schedule.addInterval(ALERTS_JOB, timer); // which also clears it on shutdown
  }

  async onApplicationShutdown(): Promise<void> {
    await this.running;
  }

  private async run(): Promise<void> {
    try {
      await this.jobs.run(ALERTS_JOB, () => this.alerts.evaluate());
    } catch (error) {
      this.logger.error(`The alert rules could not be evaluated: ${String(error)}`);
    } finally {
      this.running = undefined;
    }
  }
}
