import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock';
import { LatencyHistogram, type LatencySummary } from '../../common/latency-histogram';
import { optionName } from '../../common/settings/option-names';
import { MONITORING_OPTIONS, type MonitoringOptions } from '../monitoring.module-definition';
import { SampleJournal } from '../series/journal/sample-journal';
import { SeriesStore } from '../series/series-store';
import { SeriesArchiver } from '../series/persistence/series-archiver';
import { SeriesRestorer } from '../series/persistence/series-restorer';
import { RemoteWriter } from '../remote-write/remote-writer';
import { SamplingJob } from './sampling-job';
import { SeriesSampler } from './series-sampler';
import { MetricsGatherer } from '../registry/metrics-gatherer';
import { CardinalityLimit } from '../registry/cardinality-limit';

/** After so many sampling intervals without a tick the status is `degraded`. */
const LATE_TICKS = 3;
const NAMES_SHOWN = 10;

/** How monitoring itself does. */
export interface MonitoringStats {
  readonly status: 'up' | 'degraded';
  /** Why it is degraded, a sentence each; empty when it is not. */
  readonly problems: readonly string[];
  /** What is worth knowing and no degradation. */
  readonly remarks: readonly string[];
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
  /** Readers of all metrics that were cut off, because they took nothing. */
  readersCut = 0;

  constructor(
    private readonly store: SeriesStore,
    private readonly ticks: SamplingJob,
    private readonly sampler: SeriesSampler,
    private readonly archiver: SeriesArchiver,
    private readonly journal: SampleJournal,
    private readonly restorer: SeriesRestorer,
    private readonly remote: RemoteWriter,
    private readonly gatherer: MetricsGatherer,
    private readonly cardinality: CardinalityLimit,
    private readonly clock: Clock,
    @Inject(MONITORING_OPTIONS) private readonly options: MonitoringOptions,
  ) {}

  stats(): MonitoringStats {
    const { series, bytes, dropped, evictedBeforeMs } = this.store.stats();
    const job = this.ticks.record;
    const lastTickAgeMs = job?.lastStartedMs === undefined ? undefined : this.clock.now() - job.lastStartedMs;
    const problems = [...this.problems(lastTickAgeMs), ...this.shortHistory(evictedBeforeMs)];
    return {
      status: problems.length > 0 ? 'degraded' : 'up',
      problems,
      remarks: this.remarks(),
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

  private problems(lastTickAgeMs = 0): string[] {
    const late = lastTickAgeMs > LATE_TICKS * this.ticks.intervalMs;
    const { refused = 0, atMs = 0 } = this.sampler.lastTick ?? {};
    const unkept = this.archiver.canKeepTicks ? undefined : this.journal.problem();
    const lasting = [this.archiver.problem(), unkept, this.remote.problem()];
    return [
      ...(late ? [`the last sampling tick began ${Math.round(lastTickAgeMs / 1_000)} s ago`] : []),
      ...(this.ticks.record?.lastFailed === true ? ['the last sampling tick failed'] : []),
      ...(refused > 0
        ? [
            `${refused} samples of ${timeOf(atMs)} were not kept: there are newer ones, of a time when the clock was ahead`,
          ]
        : []),
      ...lasting.filter((problem) => problem !== undefined),
    ];
  }

  /** That less is kept than the retention says, since the oldest samples had to go early. */
  private shortHistory(evictedBeforeMs: number | undefined): string[] {
    if (evictedBeforeMs === undefined) return [];
    const kept = hours(this.clock.now() - evictedBeforeMs);
    return [
      `${hours(this.options.retentionMs)} h of samples are ${kept} h: the memory for them is used up; ` +
        `raise ${optionName('MonitoringModule', 'memoryLimitBytes')} or keep fewer series`,
    ];
  }

  private remarks(): string[] {
    const { samples, untilMs } = this.restorer.setAside;
    const full = [...this.cardinality.fullMetrics];
    const shown = full.slice(0, NAMES_SHOWN).join(', ') + (full.length > NAMES_SHOWN ? ', …' : '');
    const unkept = this.archiver.canKeepTicks ? this.journal.problem() : undefined;
    return [
      ...(unkept === undefined ? [] : [`${unkept}; the database takes every tick instead`]),
      ...(samples > 0 && untilMs > this.clock.now()
        ? [`${samples} samples are left in the database: the clock was ahead, up to ${timeOf(untilMs)}`]
        : []),
      ...(full.length > 0 ? [`of these metrics there are as many label sets as one may have: ${shown}`] : []),
    ];
  }
}

function hours(ms: number): number {
  return Math.round(ms / 360_000) / 10;
}

function timeOf(unixMs: number): string {
  return new Date(unixMs).toISOString();
}
