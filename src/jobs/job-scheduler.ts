import { type BeforeApplicationShutdown, Inject, Injectable, Logger, Optional } from '@nestjs/common';
import type { SchedulerRegistry } from '@nestjs/schedule';
import { Clock } from '../common/clock';
import { doneWithin } from '../common/deadline';
import { isInstalled } from '../common/optional-package';
import type { Job } from './job';
import { JobSetupError } from './job.errors';
import { JobRuns } from './job-runs';
import { startTrigger } from './job-trigger';
import { AlwaysLeader, Leader } from './leader';
import { ScheduledJob } from './scheduled-job';

/** What ScheduleModule provides; nothing does where its package is not installed. */
const SCHEDULER_REGISTRY = isInstalled('@nestjs/schedule')
  ? (require('@nestjs/schedule') as typeof import('@nestjs/schedule')).SchedulerRegistry
  : Symbol('SchedulerRegistry');

/** How long a run under way may take to end when the application ends (ms). */
const SHUTDOWN_TIMEOUT_MS = 4_000;

/**
 * Runs periodic jobs, every so many ms or by cron: two runs of a job never overlap, `JobRuns` counts them, and the
 * shutdown ends them. Every copy of the service runs a job, or only the copy that leads.
 */
@Injectable()
export class JobScheduler implements BeforeApplicationShutdown {
  private readonly logger = new Logger('Jobs');
  private readonly jobs = new Map<string, ScheduledJob>();
  private readonly leader: Leader;

  constructor(
    private readonly runs: JobRuns,
    private readonly clock: Clock,
    @Optional() @Inject(SCHEDULER_REGISTRY) private readonly registry?: SchedulerRegistry,
    @Optional() leader?: Leader,
  ) {
    this.leader = leader ?? new AlwaysLeader();
  }

  /** Whether jobs can be added: ScheduleModule is imported. */
  get isAvailable(): boolean {
    return this.registry !== undefined;
  }

  /**
   * Runs the job on its schedule from now on; to be called when the application has started.
   * @throws JobSetupError without ScheduleModule, for a name that is taken, and for a schedule that is none
   */
  add(job: Job): ScheduledJob {
    const { name } = job;
    if (this.registry === undefined) {
      throw new JobSetupError(
        `the job "${name}" has nothing to run it: add ScheduleModule.forRoot() of '@nestjs/schedule' to the imports`,
      );
    }
    if (this.jobs.has(name)) throw new JobSetupError(`there are two jobs "${name}"; rename one of them`);
    const { registry } = this;
    const scheduled = new ScheduledJob(job, this.runs, this.leader, this.logger, this.clock);
    this.runs.register(name);
    scheduled.start((fire) => startTrigger(job, registry, this.clock, fire));
    this.jobs.set(name, scheduled);
    return scheduled;
  }

  /** Ends every schedule, and waits for the runs under way before pools and stores are closed. */
  async beforeApplicationShutdown(): Promise<void> {
    const jobs = [...this.jobs.values()];
    await doneWithin(Promise.all(jobs.map((job) => job.stop())), SHUTDOWN_TIMEOUT_MS);
    const late = jobs.filter(({ isRunning }) => isRunning).map(({ name }) => name);
    if (late.length > 0) {
      this.logger.warn(`The shutdown goes on, ${SHUTDOWN_TIMEOUT_MS} ms were not enough for: ${late.join(', ')}`);
    }
  }
}
