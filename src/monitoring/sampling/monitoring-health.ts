import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock';
import { LatencyHistogram, type LatencySummary } from '../../common/latency-histogram';
import { SeriesStore } from '../series/series-store';
import { SamplingJob } from './sampling-job';
import { MetricsGatherer } from '../registry/metrics-gatherer';
import { CardinalityLimit } from '../registry/cardinality-limit';

/** After so many sampling intervals without a tick the status is `degraded`. */
const LATE_TICKS = 3;

/** How monitoring itself does. */
export interface MonitoringStats {
  readonly status: 'up' | 'degraded';
  /** ms since the last tick began; `undefined` before the first. */
  readonly lastTickAgeMs: number | undefined;
  readonly series: number;
  readonly bytes: number;
  /** Samples that were not kept. */
  readonly dropped: number;
  /** Label sets that went to an overflow series. */
  readonly overflowed: number;
  readonly missedTicks: number;
  readonly collectFailures: number;
  readonly scrapes: LatencySummary;
}

/** Whether samples are taken in time, and what was left out of them. */
@Injectable()
export class MonitoringHealth {
  /** How long writing all metrics took, transfer included. */
  readonly scrapeDurations = new LatencyHistogram();

  constructor(
    private readonly store: SeriesStore,
    private readonly ticks: SamplingJob,
    private readonly gatherer: MetricsGatherer,
    private readonly cardinality: CardinalityLimit,
    private readonly clock: Clock,
  ) {}

  stats(): MonitoringStats {
    const { series, bytes, dropped } = this.store.stats();
    const job = this.ticks.record;
    const lastTickAgeMs = job?.lastStartedMs === undefined ? undefined : this.clock.now() - job.lastStartedMs;
    const late = (lastTickAgeMs ?? 0) > LATE_TICKS * this.ticks.intervalMs;
    return {
      status: late || job?.lastFailed === true ? 'degraded' : 'up',
      lastTickAgeMs,
      series,
      bytes,
      dropped: Object.values(dropped).reduce((sum, count) => sum + count, 0),
      overflowed: this.cardinality.totalRefused,
      missedTicks: this.ticks.missedTicks,
      collectFailures: this.gatherer.collectFailures,
      scrapes: this.scrapeDurations.summary(),
    };
  }
}
