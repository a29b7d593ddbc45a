import { Logger } from '@nestjs/common';
import { optionName } from '../../common/settings/option-names';
import { METRIC_KINDS, type MetricKind } from './metric-family';

/**
 * How many label sets there may be of each kind of metric, and of each single metric, so that one whose labels run wild
 * does not take the places of all others; what comes above is counted and said once in the log.
 */
export class CardinalityLimit {
  private readonly logger = new Logger(CardinalityLimit.name);
  private readonly taken = new Map<MetricKind, number>();
  private readonly takenByMetric = new Map<string, number>();
  private readonly refused = new Map<MetricKind, number>();
  private readonly full = new Set<string>();
  private readonly saidKind = new Set<MetricKind>();

  constructor(
    readonly maxPerKind: number,
    readonly maxPerMetric = maxPerKind,
  ) {}

  /** Takes one place for a label set of the named metric; false when the metric or its kind is full. */
  take(kind: MetricKind, metricName: string): boolean {
    const taken = this.takenBy(kind);
    if (taken >= this.maxPerKind) {
      this.refuse(kind, metricName);
      return false;
    }
    if (!this.takeOfMetric(kind, metricName)) return false;
    this.taken.set(kind, taken + 1);
    return true;
  }

  /** As `take`, for the service's own metrics, which do not count against their kind. */
  takeOfMetric(kind: MetricKind, metricName: string): boolean {
    const taken = this.takenByMetric.get(metricName) ?? 0;
    if (taken < this.maxPerMetric) {
      this.takenByMetric.set(metricName, taken + 1);
      return true;
    }
    this.count(kind);
    if (!this.full.has(metricName)) {
      this.full.add(metricName);
      this.logger.warn(
        `The metric "${metricName}" has ${taken} label sets, as many as one metric may have: from now on new ones are added ` +
          `to one overflow series. Raise ${optionName('MonitoringModule', 'maxSeriesPerMetric')} or use fewer label values.`,
      );
    }
    return false;
  }

  /** Gives back the place of a label set that is gone. */
  release(kind: MetricKind, metricName: string): void {
    this.taken.set(kind, Math.max(0, this.takenBy(kind) - 1));
    const left = (this.takenByMetric.get(metricName) ?? 0) - 1;
    if (left > 0) this.takenByMetric.set(metricName, left);
    else this.takenByMetric.delete(metricName);
  }

  /** Counts one that found no place among its kind. */
  refuse(kind: MetricKind, metricName: string): void {
    if (!this.saidKind.has(kind)) {
      this.saidKind.add(kind);
      this.logger.warn(
        `There are ${this.takenBy(kind)} ${kind} label sets, as many as allowed: from now on new ones of any ${kind}, the first of ` +
          `"${metricName}", are added to its series {${OVERFLOW_LABEL}="true"}. Raise ${optionName('MonitoringModule', 'maxSeriesPerKind')} or use fewer label values.`,
      );
    }
    this.count(kind);
  }

  takenBy(kind: MetricKind): number {
    return this.taken.get(kind) ?? 0;
  }
  /** How often a label set was sent to an overflow series. */
  refusedOf(kind: MetricKind): number {
    return this.refused.get(kind) ?? 0;
  }
  get totalRefused(): number {
    return METRIC_KINDS.reduce((sum, kind) => sum + this.refusedOf(kind), 0);
  }
  /** The metrics that had, at some time, as many label sets as one may have. */
  get fullMetrics(): ReadonlySet<string> {
    return this.full;
  }

  private count(kind: MetricKind): void {
    this.refused.set(kind, this.refusedOf(kind) + 1);
  }
}

/** The one label of an overflow series, named as in OpenTelemetry. */
export const OVERFLOW_LABEL = 'otel_metric_overflow';
