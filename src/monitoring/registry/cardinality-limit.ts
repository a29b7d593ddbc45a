import { Logger } from '@nestjs/common';
import { optionName } from '../../common/settings/option-names';
import { METRIC_KINDS, type MetricKind } from './metric-family';

/** How many label sets there may be of each kind of metric; what comes above is counted and said once in the log. */
export class CardinalityLimit {
  private readonly logger = new Logger(CardinalityLimit.name);
  private readonly taken = new Map<MetricKind, number>();
  private readonly refused = new Map<MetricKind, number>();

  constructor(readonly maxPerKind: number) {}

  /** Takes one place for a label set of the named metric; false when the kind is full. */
  take(kind: MetricKind, metricName: string): boolean {
    const taken = this.takenBy(kind);
    if (taken < this.maxPerKind) {
      this.taken.set(kind, taken + 1);
      return true;
    }
    this.refuse(kind, metricName);
    return false;
  }

  /** Gives back the place of a label set that is gone. */
  release(kind: MetricKind): void {
    this.taken.set(kind, Math.max(0, this.takenBy(kind) - 1));
  }

  /** Counts one that found no place. */
  refuse(kind: MetricKind, metricName: string): void {
    const refused = this.refusedOf(kind);
    if (refused === 0) {
      this.logger.warn(
        `There are ${this.takenBy(kind)} ${kind} label sets, as many as allowed: from now on new ones of any ${kind}, the first of ` +
          `"${metricName}", are added to its series {${OVERFLOW_LABEL}="true"}. Raise ${optionName('MonitoringModule', 'maxSeriesPerKind')} or use fewer label values.`,
      );
    }
    this.refused.set(kind, refused + 1);
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
}

/** The one label of an overflow series, named as in OpenTelemetry. */
export const OVERFLOW_LABEL = 'otel_metric_overflow';
