import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { type JobRecord, JobRuns } from '../../jobs/job-runs';
import { JobScheduler } from '../../jobs/job-scheduler';
import { MONITORING_OPTIONS, type MonitoringOptions } from '../monitoring.module-definition';
import { RemoteWriter } from '../remote-write/remote-writer';
import { SampleJournal } from '../series/journal/sample-journal';
import { SeriesArchiver } from '../series/persistence/series-archiver';
import { SeriesRestorer } from '../series/persistence/series-restorer';
import { SeriesSampler } from './series-sampler';

const SAMPLING_TICK_JOB = 'series-tick';

/**
 * Runs a tick at every whole multiple of the sampling interval. A tick that comes late keeps its time; one that would
 * begin before the last has ended, or that was slept through, is left out and counted.
 */
@Injectable()
export class SamplingJob implements OnApplicationBootstrap {
  constructor(
    @Inject(MONITORING_OPTIONS) private readonly options: MonitoringOptions,
    private readonly sampler: SeriesSampler,
    private readonly journal: SampleJournal,
    private readonly archiver: SeriesArchiver,
    private readonly restorer: SeriesRestorer,
    private readonly remote: RemoteWriter,
    private readonly jobs: JobScheduler,
    private readonly runs: JobRuns,
  ) {}

  /** ms from one tick to the next. */
  get intervalMs(): number {
    return this.options.sampleIntervalMs;
  }

  /** How the last tick went; `undefined` before the application has started. */
  get record(): Readonly<JobRecord> | undefined {
    return this.runs.get(SAMPLING_TICK_JOB);
  }

  /** Ticks that were left out. */
  get missedTicks(): number {
    return this.record?.skipped ?? 0;
  }

  onApplicationBootstrap(): void {
    this.jobs.add({
      name: SAMPLING_TICK_JOB,
      everyMs: this.options.sampleIntervalMs,
      aligned: true,
      run: async ({ dueMs }) => {
        await this.sampler.tick(dueMs);
        this.journal.flush();
        this.archiver.keepTick();
        this.remote.sendUntil(dueMs);
        this.restorer.followClock();
      },
      failure: 'A sampling tick failed',
    });
  }
}
