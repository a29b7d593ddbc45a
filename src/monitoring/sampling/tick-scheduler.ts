import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { Clock } from '../../common/clock';
import { JobRuns } from '../jobs/job-runs';
import { MONITORING_OPTIONS, type MonitoringOptions } from '../monitoring.module-definition';
import { SeriesSampler } from './series-sampler';

export const SAMPLING_TICK_JOB = 'series-tick';

/**
 * Runs a tick at every whole multiple of the sampling interval. A tick that comes late keeps its time; one that would
 * begin before the last has ended, or that was slept through, is left out and counted.
 */
@Injectable()
export class TickScheduler implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(TickScheduler.name);
  private running: Promise<void> | undefined;
  private nextMs = 0;
  private lastMs = -Infinity;
  private stopped = false;
  private failed = false;
  private missed = 0;

  constructor(
    @Inject(MONITORING_OPTIONS) private readonly options: MonitoringOptions,
    private readonly sampler: SeriesSampler,
    private readonly clock: Clock,
    private readonly schedule: SchedulerRegistry,
    private readonly jobs: JobRuns,
  ) {}

  /** ms from one tick to the next. */
  get intervalMs(): number {
    return this.options.sampleIntervalMs;
  }

  /** Ticks that were left out. */
  get missedTicks(): number {
    return this.missed;
  }

  onApplicationBootstrap(): void {
    this.arm();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    this.disarm();
    await this.running;
  }

  private arm(): void {
    if (this.stopped) return;
    const { sampleIntervalMs } = this.options;
    const now = this.clock.now();
    this.nextMs = Math.floor(now / sampleIntervalMs + 1) * sampleIntervalMs;
    const timer = setTimeout(() => this.fire(), this.nextMs - now);
    timer.unref();
    this.schedule.addTimeout(SAMPLING_TICK_JOB, timer);
  }

  private disarm(): void {
    if (this.schedule.doesExist('timeout', SAMPLING_TICK_JOB)) this.schedule.deleteTimeout(SAMPLING_TICK_JOB);
  }

  private fire(): void {
    this.disarm();
    const { sampleIntervalMs } = this.options;
    // A timer may fire a moment early, and long after its time when the process was stopped.
    const dueMs = Math.max(this.nextMs, Math.floor(this.clock.now() / sampleIntervalMs) * sampleIntervalMs);
    if (dueMs > this.lastMs) {
      const slots = this.lastMs === -Infinity ? 1 : Math.round((dueMs - this.lastMs) / sampleIntervalMs);
      this.lastMs = dueMs;
      this.missed += this.running === undefined ? slots - 1 : slots;
      this.running ??= this.run(dueMs);
    }
    this.arm();
  }

  private async run(timestampMs: number): Promise<void> {
    try {
      await this.jobs.run(SAMPLING_TICK_JOB, () => this.sampler.tick(timestampMs));
      this.failed = false;
    } catch (error) {
      if (!this.failed) this.logger.error(`A sampling tick failed: ${String(error)}`);
      this.failed = true;
    } finally {
      this.running = undefined;
    }
  }
}
