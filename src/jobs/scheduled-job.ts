import type { Logger } from '@nestjs/common';
import type { Clock } from '../common/clock';
import { FailureLog } from '../common/log/failure-log';
import type { Job } from './job';
import type { JobRuns } from './job-runs';
import type { Fire } from './job-trigger';
import type { Leader } from './leader';

/** A job with its run under way, if there is one. */
export class ScheduledJob {
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private endTrigger: (() => void) | undefined;
  private readonly failures: FailureLog;

  constructor(
    private readonly job: Job,
    private readonly runs: JobRuns,
    private readonly leader: Leader,
    logger: Logger,
    private readonly clock: Clock,
  ) {
    this.failures = new FailureLog(logger, clock, `The job ${job.name} succeeds again`);
  }

  get name(): string {
    return this.job.name;
  }

  get isRunning(): boolean {
    return this.running !== undefined;
  }

  /** Begins the schedule: `startTrigger` is given what to call for each run that is due, at once if need be. */
  start(startTrigger: (fire: Fire) => () => void): void {
    this.endTrigger = startTrigger((dueMs, slept) => this.due(dueMs, slept));
  }

  /** A run is due: it begins, unless the last one is still under way. Runs left out are counted. */
  private due(dueMs: number, slept: number): void {
    if (this.stopping.signal.aborted) return;
    this.runs.skip(this.name, slept + Number(this.isRunning));
    void this.runNow(dueMs);
  }

  /** Runs the job, or joins the run under way. Never rejects: a failure is counted and logged. */
  runNow(dueMs = this.clock.now()): Promise<void> {
    if (this.stopping.signal.aborted) return this.running ?? Promise.resolve();
    this.running ??= this.attempt(dueMs).finally(() => (this.running = undefined));
    return this.running;
  }

  /** No further run begins. Resolves when the run under way has ended. */
  stop(): Promise<void> {
    this.endTrigger?.();
    this.stopping.abort();
    return this.running ?? Promise.resolve();
  }

  /** For a job that has done what it was for, while the application goes on: it is no longer among the jobs. */
  async finish(): Promise<void> {
    await this.stop();
    this.runs.forget(this.name);
  }

  private async attempt(dueMs: number): Promise<void> {
    const { job, name } = this;
    try {
      if (job.copies === 'one' && !(await this.leader.leads(name))) return;
      await this.runs.run(name, () => job.run({ dueMs, signal: this.stopping.signal }));
      this.failures.succeeded();
    } catch (error) {
      const { failure = `The job ${name} failed` } = job;
      if (failure !== false) this.failures.failed(failure, error);
    }
  }
}
