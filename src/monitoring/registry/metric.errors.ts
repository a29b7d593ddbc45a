import { DomainError } from '../../common/errors/domain-error';
import { defineError } from '../../common/errors/error-definition';
import { optionName } from '../../common/settings/option-names';

const METRIC_CONFLICT = defineError('METRIC_CONFLICT', {
  status: 409,
  title: 'The name belongs to another metric',
  remedy: 'Use another name, or declare the metric with the kind, labels and buckets it has.',
});

/** The name is taken by a metric of another kind or with other labels. */
export class MetricConflictError extends DomainError {
  constructor(
    readonly metric: string,
    readonly reason: string,
  ) {
    super(
      METRIC_CONFLICT,
      `Metric "${metric}" cannot be made: ${reason}. Use another name, or declare it as it already is.`,
    );
  }
  override get detail(): string {
    return `The metric cannot be made: ${this.reason}.`;
  }
}

const METRIC_INVALID = defineError('METRIC_INVALID', {
  status: 422,
  title: 'The metric or sample is not valid',
  remedy: 'See the detail: names, labels and buckets follow the data model of Prometheus.',
});

/** A name, label or bucket that Prometheus would not take. */
export class MetricInvalidError extends DomainError {
  constructor(
    readonly metric: string,
    readonly reason: string,
  ) {
    super(METRIC_INVALID, `Metric "${metric}" cannot be made or recorded: ${reason}`);
  }
  override get detail(): string {
    return this.reason;
  }
}

const METRIC_UNKNOWN = defineError('METRIC_UNKNOWN', {
  status: 404,
  title: 'No such metric was registered',
  remedy: 'Register it with POST /performance/metrics first.',
});

/** No metric of that name was made. */
export class MetricUnknownError extends DomainError {
  constructor(readonly metric: string) {
    super(
      METRIC_UNKNOWN,
      `No metric "${metric}" was made by MetricsService; make it first with POST /performance/metrics or in the code`,
    );
  }
  override get detail(): string {
    return `No metric is named "${this.metric}"; make it first with POST /performance/metrics.`;
  }
}

const METRIC_OF_CODE = defineError('METRIC_OF_CODE', {
  status: 409,
  title: 'The metric was not declared over HTTP',
  remedy: 'Take it out of the code that makes it.',
});

/** A metric that code makes cannot be taken back over HTTP: the code would go on recording into nothing. */
export class MetricOfCodeError extends DomainError {
  constructor(readonly metric: string) {
    super(
      METRIC_OF_CODE,
      `Metric "${metric}" is made by code, not over HTTP: take it out of the code, or remove its label sets there`,
    );
  }
  override get detail(): string {
    return `The metric "${this.metric}" is made by the code of the application, so only that can take it back.`;
  }
}

const METRIC_LIMIT = defineError('METRIC_LIMIT', {
  status: 409,
  title: 'There are too many metrics of this kind',
  remedy: 'Use labels instead of names, or raise MonitoringModule.forRoot({ maxSeriesPerKind }).',
});

/** There are as many metrics of the kind as there may be series. */
export class MetricLimitError extends DomainError {
  constructor(
    readonly metric: string,
    readonly limit: number,
  ) {
    super(
      METRIC_LIMIT,
      `Metric "${metric}" cannot be made: there are ${limit} of its kind already. Raise ${optionName('MonitoringModule', 'maxSeriesPerKind')}.`,
    );
  }
  override get detail(): string {
    return `There are ${this.limit} metrics of this kind already.`;
  }
}

const METRICS_BUSY = defineError('METRICS_BUSY', {
  status: 503,
  title: 'Too many answers with all metrics are being written',
  remedy: 'Try again after the time in Retry-After; scrape less often or from fewer places.',
});

/** So many answers with all metrics are being written that one more would only slow the others down. */
export class MetricsBusyError extends DomainError {
  constructor(readonly active: number) {
    super(METRICS_BUSY, `${active} answers with all metrics are being written; scrape less often or from fewer places`);
  }
  override get retryAfterSeconds(): number {
    return 1;
  }
}
