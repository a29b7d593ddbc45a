import { Inject, Injectable, type OnApplicationBootstrap, Optional } from '@nestjs/common';
import { SharedDatabase } from '../copies/shared-database';
import { JobScheduler } from '../jobs/job-scheduler';
import { ALERTING_OPTIONS, type AlertingOptions } from './alerting.module-definition';
import { AlertsService } from './alerts.service';

/** How often (ms) is looked whose time has come, where intervals are not shorter. */
const LOOK_MS = 1_000;
const FILES_MS = 5_000;
const PURGE_MS = 3_600_000;

/** Evaluates the alert rules when their time comes, and keeps what has to outlive the process. */
@Injectable()
export class AlertsJob implements OnApplicationBootstrap {
  private loaded = false;

  constructor(
    @Inject(ALERTING_OPTIONS) private readonly options: AlertingOptions,
    private readonly alerts: AlertsService,
    private readonly jobs: JobScheduler,
    @Optional() private readonly database?: SharedDatabase,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.alerts.loadRuleFiles();
    this.jobs.add({
      name: 'alert-evaluation',
      everyMs: Math.min(LOOK_MS, this.options.intervalMs),
      run: () => this.evaluate(),
      failure: 'The alert rules could not be evaluated',
    });
    if (this.options.ruleFiles.length > 0) {
      this.jobs.add({ name: 'alert-rule-files', everyMs: FILES_MS, run: () => this.alerts.loadRuleFiles() });
    }
    if (this.database?.isConfigured === true) {
      this.jobs.add({ name: 'alert-history-purge', everyMs: PURGE_MS, run: () => this.alerts.purge(), copies: 'one' });
    }
  }

  private async evaluate(): Promise<void> {
    const kept = this.database?.isReady === true;
    if (kept && !this.loaded) {
      await this.alerts.loadStates();
      this.loaded = true;
    }
    await this.alerts.evaluateDue();
    if (kept) await this.alerts.save();
  }
}
