import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Emit } from '../registry/callback-family';
import { MetricsRegistry } from '../registry/metrics-registry';
import { JOB_BUCKETS_SECONDS, type JobRecord, JobRuns } from '../../jobs/job-runs';

const labelNames = ['job_name'];

/** Scheduled jobs: whether they run, how long they take, whether they fail. */
@Injectable()
export class JobMetrics implements OnModuleInit {
  constructor(
    private readonly registry: MetricsRegistry,
    private readonly runs: JobRuns,
  ) {}

  onModuleInit(): void {
    const each = (valueOf: (job: JobRecord) => number | undefined) => (emit: Emit) => {
      for (const job of this.runs.all()) emit(valueOf(job), job.name);
    };
    const { registry } = this;
    registry.histogram(
      { name: 'scheduled_job_duration_seconds', help: 'Runs of scheduled jobs', unit: 'seconds', labelNames },
      JOB_BUCKETS_SECONDS,
      (emit) => {
        for (const job of this.runs.all()) emit(job.durations, job.name);
      },
    );
    registry.counter(
      { name: 'scheduled_job_failures_total', help: 'Runs of scheduled jobs that failed', labelNames },
      each((job) => job.failures),
    );
    registry.counter(
      {
        name: 'scheduled_job_skipped_total',
        help: 'Runs of scheduled jobs left out, as the one before was under way or the process was stopped',
        labelNames,
      },
      each((job) => job.skipped),
    );
    registry.gauge(
      { name: 'scheduled_job_running', help: 'Runs of scheduled jobs under way', labelNames },
      each((job) => job.running),
    );
    registry.gauge(
      {
        name: 'scheduled_job_last_run_timestamp_seconds',
        help: 'When a scheduled job was last started',
        unit: 'seconds',
        labelNames,
      },
      each((job) => (job.lastStartedMs === undefined ? undefined : job.lastStartedMs / 1_000)),
    );
    registry.gauge(
      {
        name: 'scheduled_job_last_duration_seconds',
        help: 'How long the last run of a scheduled job took',
        unit: 'seconds',
        labelNames,
      },
      each((job) => job.lastDurationSeconds),
    );
    registry.gauge(
      { name: 'scheduled_job_last_success', help: '1 when the last run of a scheduled job succeeded', labelNames },
      each((job) => (job.lastDurationSeconds === undefined ? undefined : Number(!job.lastFailed))),
    );
  }
}
