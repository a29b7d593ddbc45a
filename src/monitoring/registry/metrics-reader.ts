import { Injectable, Logger } from '@nestjs/common';
import { withDeadline } from '../../common/deadline';
import { JoinedMetric } from './joined-metric';
import { MetricFamily } from './metric-family';
import type { ReadableMetric } from './metric-types';
import { MetricsRegistry } from './metrics-registry';
import { SeriesCap } from './series-cap';

/** A collector written by a user may wait for something; the others are not kept waiting longer than this (ms). */
const COLLECT_TIMEOUT_MS = 1_000;

/** Every metric of the registry in one readable form: for the exposition, the catalogue and the sampling tick. */
@Injectable()
export class MetricsReader {
  private readonly logger = new Logger(MetricsReader.name);
  private readonly joined = new WeakMap<object, JoinedMetric>();
  private readonly failing = new WeakSet<ReadableMetric>();
  private failures = 0;

  constructor(
    private readonly registry: MetricsRegistry,
    private readonly cap: SeriesCap,
  ) {}

  /** All metrics as they are known, in the order in which they were registered; not refreshed. */
  all(): ReadableMetric[] {
    return this.registry.getMetricsAsArray().map((metric) => {
      if ((metric as unknown) instanceof MetricFamily) return metric as unknown as MetricFamily;
      let joined = this.joined.get(metric);
      if (joined === undefined) {
        joined = new JoinedMetric(metric, this.cap);
        this.joined.set(metric, joined);
      }
      return joined;
    });
  }

  /** All metrics, each brought up to date just before it is handed over; one whose collector fails is left out. */
  async *refreshed(): AsyncGenerator<ReadableMetric> {
    for (const metric of this.all()) if (await this.refresh(metric)) yield metric;
  }

  /** How often a metric could not be collected. */
  get collectFailures(): number {
    return this.failures;
  }

  private async refresh(metric: ReadableMetric): Promise<boolean> {
    try {
      const pending = metric.refresh();
      if (pending !== undefined) await withDeadline(() => pending, COLLECT_TIMEOUT_MS, tooLate);
      this.failing.delete(metric);
      return true;
    } catch (error) {
      this.failures++;
      if (!this.failing.has(metric))
        this.logger.warn(`Metric "${metric.name}" could not be collected: ${String(error)}`);
      this.failing.add(metric);
      return false;
    }
  }
}

const tooLate = () => new Error(`its collector took longer than ${COLLECT_TIMEOUT_MS} ms`);
