import { Injectable, Logger } from '@nestjs/common';
import { withDeadline } from '../../common/deadline';
import { Collection } from './collection';
import { PromClientFamily } from './prom-client-family';
import { RegisteredFamily } from './registered-family';
import type { MetricFamily } from './metric-family';
import { MetricsRegistry } from './metrics-registry';
import { CardinalityLimit } from './cardinality-limit';

/** A metric of the application may wait for something; the other metrics wait for it no longer than this (ms). */
const COLLECT_TIMEOUT_MS = 1_000;

/** Collects every metric of the registry: for the exposition, the catalogue and the sampling tick. */
@Injectable()
export class MetricsGatherer {
  private readonly logger = new Logger(MetricsGatherer.name);
  private readonly ofPromClient = new WeakMap<object, PromClientFamily>();
  private readonly failing = new WeakSet<MetricFamily>();
  private failures = 0;

  constructor(
    private readonly registry: MetricsRegistry,
    private readonly cardinality: CardinalityLimit,
  ) {}

  /** All metrics in the order in which they were registered, with the values of their last collection. */
  families(): MetricFamily[] {
    return this.registry.getMetricsAsArray().map((metric) => {
      if ((metric as unknown) instanceof RegisteredFamily) return metric as unknown as RegisteredFamily;
      let family = this.ofPromClient.get(metric);
      if (family === undefined) {
        family = new PromClientFamily(metric, this.cardinality);
        this.ofPromClient.set(metric, family);
      }
      return family;
    });
  }

  /**
   * Collects all metrics, each one just before it is yielded; one whose collection fails is left out. Every source is
   * read once in it.
   */
  async *gather(): AsyncGenerator<MetricFamily> {
    const collection = new Collection();
    for (const family of this.families()) if (await this.collect(family, collection)) yield family;
  }

  /** How often a metric could not be collected. */
  get collectFailures(): number {
    return this.failures;
  }

  private async collect(metric: MetricFamily, collection: Collection): Promise<boolean> {
    try {
      const pending = metric.collect(collection);
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

const tooLate = () => new Error(`its collection took longer than ${COLLECT_TIMEOUT_MS} ms`);
