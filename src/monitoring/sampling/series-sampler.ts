import { Injectable, Logger, Optional } from '@nestjs/common';
import { Clock } from '../../common/clock';
import { ClockWatch } from '../../common/clock-watch';
import { LatencyHistogram } from '../../common/latency-histogram';
import type { MetricFamily, SampleExemplar, SampleSeries } from '../registry/metric-family';
import { MetricsGatherer } from '../registry/metrics-gatherer';
import { optionName } from '../../common/settings/option-names';
import { LoopSlices } from '../../common/loop-slices';
import { ExemplarStore } from '../series/exemplar-store';
import { Labels, NAME_LABEL } from '../series/labels';
import { type SeriesKind, type SeriesRef, SeriesStore } from '../series/series-store';

/** Samples between two looks at the clock. */
const STRIDE = 64;
/** Ticks after which a refused series is opened once more. */
const RETRY_TICKS = 60;

/** What became of the samples of the last tick. */
export interface TickOutcome {
  /** Unix ms of the tick. */
  readonly atMs: number;
  readonly kept: number;
  /** Samples that the store refused, such as all that are not later than what it has. */
  readonly refused: number;
}

interface Tracked {
  ref: SeriesRef | undefined;
  /** The tick in which it was last seen. */
  tick: number;
  /** The time of its latest exemplar. */
  exemplarMs?: number;
}

/** Writes the current value of every series of the registry to the store: one call, one tick. */
@Injectable()
export class SeriesSampler {
  /** How long whole ticks take, waiting included, and how long each piece of one holds the event loop. */
  readonly tickDurations = new LatencyHistogram();
  readonly sliceDurations = new LatencyHistogram();
  /** How often the system's clock was set since the start. */
  readonly clockSteps = { forward: 0, back: 0 };
  private readonly logger = new Logger(SeriesSampler.name);
  private readonly watch: ClockWatch;
  private readonly tracked = new Map<SampleSeries, Tracked>();
  private readonly described = new WeakSet<MetricFamily>();
  private ticks = 0;
  private saidEvicted = false;
  private kept = 0;
  private refused = 0;
  private outcome: TickOutcome | undefined;

  constructor(
    private readonly gatherer: MetricsGatherer,
    private readonly store: SeriesStore,
    private readonly clock: Clock,
    @Optional() private readonly exemplars: ExemplarStore = new ExemplarStore(),
  ) {
    this.watch = new ClockWatch(clock);
  }

  /** The last tick that has ended; `undefined` before the first. */
  get lastTick(): TickOutcome | undefined {
    return this.outcome;
  }

  /**
   * Appends a sample of every series with the time of the tick, and a stale mark to those that have ended. Works in
   * slices, so the event loop is not held. Ticks must not overlap; one that goes back in time tells that the clock did.
   */
  async tick(timestampMs: number): Promise<void> {
    const startedAt = this.clock.monotonic();
    const slices = new LoopSlices(this.clock, { durations: this.sliceDurations });
    this.ticks++;
    this.kept = this.refused = 0;
    this.store.beginTick(timestampMs, this.noticeClockStep());
    let step = 0;
    for await (const metric of this.gatherer.gather(timestampMs)) {
      this.describe(metric);
      for (const sample of metric.samples()) {
        const tracked = this.append(sample.series, metric, timestampMs, sample.value);
        if (sample.exemplar !== undefined) this.addExemplar(tracked, sample.exemplar);
        if (++step % STRIDE === 0) await slices.pause();
      }
    }
    for (const [series, tracked] of this.tracked) {
      if (tracked.tick !== this.ticks) this.end(series, tracked, timestampMs);
      if (++step % STRIDE === 0) await slices.pause();
    }
    this.outcome = { atMs: timestampMs, kept: this.kept, refused: this.refused };
    if (this.store.enforceLimits()) this.sayEvicted();
    slices.end();
    this.tickDurations.record(this.clock.monotonic() - startedAt);
  }

  /** @returns whether the clock was set since the tick before */
  private noticeClockStep(): boolean {
    const stepMs = this.watch.look();
    if (stepMs === 0) return false;
    const direction = stepMs < 0 ? 'back' : 'forward';
    this.clockSteps[direction]++;
    const seconds = Math.abs(stepMs) / 1_000;
    const seen = stepMs < 0 ? '; samples that were taken by the clock before are hidden behind the new ones' : '';
    this.logger.warn(`The system's clock was set ${direction} by ${seconds} s${seen}`);
    return true;
  }

  private sayEvicted(): void {
    if (this.saidEvicted) return;
    this.saidEvicted = true;
    this.logger.warn(
      'The memory for samples is used up: the oldest are given up before their time. ' +
        `Raise ${optionName('MonitoringModule', 'memoryLimitBytes')}, or keep fewer series.`,
    );
  }

  private append(series: SampleSeries, metric: MetricFamily, timestampMs: number, value: number): Tracked {
    let tracked = this.tracked.get(series);
    if (tracked === undefined) {
      tracked = { ref: this.open(series, metric.type), tick: 0 };
      if (metric.startsAtZero && isCumulative(metric, series)) this.beginAtZero(tracked.ref, timestampMs);
      this.tracked.set(series, tracked);
    } else if (tracked.ref === undefined ? this.ticks % RETRY_TICKS === 0 : tracked.ref.closed) {
      tracked.ref = this.open(series, metric.type);
    }
    tracked.tick = this.ticks;
    if (tracked.ref === undefined) return tracked;
    if (this.store.append(tracked.ref, timestampMs, value) === undefined) this.kept++;
    else this.refused++;
    return tracked;
  }

  /** The same one is shown until another takes its place. */
  private addExemplar(tracked: Tracked, { labels, value, timestampMs }: SampleExemplar): void {
    if (tracked.ref === undefined || tracked.exemplarMs === timestampMs) return;
    tracked.exemplarMs = timestampMs;
    this.exemplars.add(tracked.ref.labels, { labels: Labels.from(labels), value, timestampMs });
  }

  /**
   * What began to count after the start was 0 at the tick before: without that sample its first increase would be
   * seen by nobody. A series with samples, of a former process or from outside, gets none.
   */
  private beginAtZero(ref: SeriesRef | undefined, timestampMs: number): void {
    const before = this.outcome?.atMs;
    if (ref?.isEmpty && before !== undefined && before < timestampMs) this.store.append(ref, before, 0);
  }

  private end(series: SampleSeries, { ref }: Tracked, timestampMs: number): void {
    this.tracked.delete(series);
    if (ref !== undefined && !ref.closed) this.store.appendStale(ref, timestampMs);
  }

  private open(series: SampleSeries, kind: SeriesKind): SeriesRef | undefined {
    return this.store.open(Labels.from([...Object.entries(series.labels), [NAME_LABEL, series.name]]), kind);
  }

  private describe(metric: MetricFamily): void {
    if (this.described.has(metric)) return;
    this.described.add(metric);
    this.store.describe(metric.name, { kind: metric.type, help: metric.help, unit: metric.unit ?? '' });
  }
}

/** Whether the series only counts up: not a gauge, nor a quantile of a summary. */
function isCumulative({ name, type }: MetricFamily, series: SampleSeries): boolean {
  return type !== 'gauge' && (type !== 'summary' || series.name !== name);
}
