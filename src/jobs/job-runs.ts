import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock';
import { BucketCounts } from '../common/bucket-counts';

/** How long (s) jobs take: from a sample of the machine to a purge of the database. */
export const JOB_BUCKETS_SECONDS: readonly number[] = [0.001, 0.01, 0.1, 1, 10, 60, 600];
const MAX_JOBS = 200;

export interface JobRecord {
  readonly name: string;
  readonly durations: BucketCounts;
  running: number;
  failures: number;
  /** Runs left out, because the one before was under way or the process was stopped. */
  skipped: number;
  /** Unix milliseconds of the last start; `undefined` before the first. */
  lastStartedMs: number | undefined;
  lastDurationSeconds: number | undefined;
  lastFailed: boolean;
}

/** What became of the runs of scheduled jobs. */
@Injectable()
export class JobRuns {
  private readonly jobs = new Map<string, JobRecord>();

  constructor(private readonly clock: Clock) {}

  all(): Iterable<JobRecord> {
    return this.jobs.values();
  }

  get(name: string): JobRecord | undefined {
    return this.jobs.get(name);
  }

  /** Makes a job known, so that it is seen before its first run. */
  register(name: string): JobRecord | undefined {
    const known = this.jobs.get(name);
    if (known !== undefined || this.jobs.size >= MAX_JOBS) return known;
    const job: JobRecord = {
      name,
      durations: new BucketCounts(JOB_BUCKETS_SECONDS),
      running: 0,
      failures: 0,
      skipped: 0,
      lastStartedMs: undefined,
      lastDurationSeconds: undefined,
      lastFailed: false,
    };
    this.jobs.set(name, job);
    return job;
  }

  /** The job has done what it was for and will not run again: nobody should wait for its next run. */
  forget(name: string): void {
    this.jobs.delete(name);
  }

  /** Counts runs that were left out. */
  skip(name: string, runs: number): void {
    const job = this.jobs.get(name);
    if (job !== undefined) job.skipped += runs;
  }

  /** Runs a job and writes down how it went; what it throws is thrown on. */
  async run<T>(name: string, job: () => T | Promise<T>): Promise<T> {
    const record = this.register(name);
    if (record === undefined) return job();
    const startedAt = this.clock.monotonic();
    record.lastStartedMs = this.clock.now();
    record.running++;
    let failed = true;
    try {
      const result = await job();
      failed = false;
      return result;
    } finally {
      const seconds = (this.clock.monotonic() - startedAt) / 1_000;
      record.running--;
      record.durations.record(seconds);
      record.lastDurationSeconds = seconds;
      record.lastFailed = failed;
      if (failed) record.failures++;
    }
  }
}
