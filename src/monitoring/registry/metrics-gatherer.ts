import { Logger } from '@nestjs/common';
import type { Clock } from '../../common/clock';
import { Collection } from './collection';
import { CollectorGuard } from './collector-guard';
import { PromClientFamily } from './prom-client-family';
import { RegisteredFamily } from './registered-family';
import type { MetricFamily } from './metric-family';
import type { MetricsRegistry } from './metrics-registry';
import type { CardinalityLimit } from './cardinality-limit';

/** Collects every metric of the registry: for the exposition, the catalogue and the sampling tick. */
export class MetricsGatherer {
  private readonly logger = new Logger(MetricsGatherer.name);
  private readonly ofPromClient = new WeakMap<object, CollectorGuard>();
  private readonly failing = new WeakSet<MetricFamily>();
  private readonly failures = new Map<string, number>();

  /** @param intervalMs in which the `collect` functions of the application are called once at most */
  constructor(
    private readonly registry: MetricsRegistry,
    private readonly cardinality: CardinalityLimit,
    private readonly clock: Clock,
    private readonly intervalMs: number,
  ) {}

  /** All metrics in the order in which they were registered, with the values of their last collection. */
  families(): MetricFamily[] {
    return this.members().map((member) => (member instanceof CollectorGuard ? member.family : member));
  }

  /** The metrics made with prom-client, and what became of their collection. */
  *guards(): Iterable<CollectorGuard> {
    for (const member of this.members()) if (member instanceof CollectorGuard) yield member;
  }

  /**
   * Collects all metrics, each one just before it is yielded; one whose collection fails is left out. Every source is
   * read once in it. The metrics of the application that were made with prom-client may wait for something: they begin
   * all at once and come last, so that no other metric waits for them.
   * @param tickMs the time (Unix ms) of the sampling tick; a scrape has none
   */
  async *gather(tickMs?: number): AsyncGenerator<MetricFamily> {
    const members = this.members();
    const guards = members.filter((member) => member instanceof CollectorGuard);
    const interval = Math.floor((tickMs ?? this.clock.now()) / this.intervalMs);
    for (const guard of guards) guard.begin(interval);
    const collection = new Collection(tickMs !== undefined);
    for (const family of members) {
      if (family instanceof RegisteredFamily && this.collect(family, collection)) yield family;
    }
    for (const guard of guards) if (await guard.ready()) yield guard.family;
  }

  /** How often a metric could not be collected. */
  get collectFailures(): number {
    let sum = 0;
    for (const failures of this.failures.values()) sum += failures;
    for (const { absences } of this.guards()) for (const absent of absences.values()) sum += absent;
    return sum;
  }

  /** How often each metric that was not made with prom-client could not be collected, by name. */
  get failuresByName(): ReadonlyMap<string, number> {
    return this.failures;
  }

  private members(): (RegisteredFamily | CollectorGuard)[] {
    return this.registry.getMetricsAsArray().map((metric) => {
      if ((metric as unknown) instanceof RegisteredFamily) return metric as unknown as RegisteredFamily;
      let guard = this.ofPromClient.get(metric);
      if (guard === undefined) {
        guard = new CollectorGuard(new PromClientFamily(metric, this.cardinality), this.clock);
        this.ofPromClient.set(metric, guard);
      }
      return guard;
    });
  }

  private collect(metric: RegisteredFamily, collection: Collection): boolean {
    try {
      metric.collect(collection);
      this.failing.delete(metric);
      return true;
    } catch (error) {
      this.failures.set(metric.name, (this.failures.get(metric.name) ?? 0) + 1);
      if (!this.failing.has(metric))
        this.logger.warn(`Metric "${metric.name}" could not be collected: ${String(error)}`);
      this.failing.add(metric);
      return false;
    }
  }
}
