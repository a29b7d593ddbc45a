import { DomainError } from '../../common/errors/domain-error';

/** The name is taken by a metric of another kind or with other labels. */
export class MetricConflictError extends DomainError {
  readonly code = 'METRIC_CONFLICT';
  constructor(
    readonly metric: string,
    readonly reason: string,
  ) {
    super(`Metric "${metric}" cannot be made: ${reason}. Use another name, or declare it as it already is.`);
  }
  override get detail(): string {
    return `The metric cannot be made: ${this.reason}.`;
  }
}

/** A name, label or bucket that Prometheus would not take. */
export class MetricInvalidError extends DomainError {
  readonly code = 'METRIC_INVALID';
  constructor(
    readonly metric: string,
    readonly reason: string,
  ) {
    super(`Metric "${metric}" cannot be made or recorded: ${reason}`);
  }
  override get detail(): string {
    return this.reason;
  }
}

/** A metric was asked for that nobody has made. */
export class MetricUnknownError extends DomainError {
  readonly code = 'METRIC_UNKNOWN';
  constructor(readonly metric: string) {
    super(
      `No metric "${metric}" was made by MetricsService; make it first with POST /performance/metrics or in the code`,
    );
  }
  override get detail(): string {
    return `No metric is named "${this.metric}"; make it first with POST /performance/metrics.`;
  }
}

/** There are as many metrics of the kind as there may be series. */
export class MetricLimitError extends DomainError {
  readonly code = 'METRIC_LIMIT';
  constructor(
    readonly metric: string,
    readonly limit: number,
  ) {
    super(`Metric "${metric}" cannot be made: there are ${limit} of its kind already. Raise MAX_METRICS_PER_TYPE.`);
  }
  override get detail(): string {
    return `There are ${this.limit} metrics of this kind already.`;
  }
}

/** So many answers with all metrics are being written that one more would only slow the others down. */
export class MetricsBusyError extends DomainError {
  readonly code = 'METRICS_BUSY';
  constructor(readonly active: number) {
    super(`${active} answers with all metrics are being written; scrape less often or from fewer places`);
  }
  override get retryAfterSeconds(): number {
    return 1;
  }
}
