import { DomainError } from '../../common/errors/domain-error';
import { defineError } from '../../common/errors/error-definition';

/** What Prometheus calls an error's type in its answers. */
export type PrometheusErrorType = 'bad_data' | 'execution' | 'timeout' | 'canceled' | 'unavailable';

/** Whatever can be wrong with a query; `type` is what clients of the Prometheus API look at. */
export abstract class PromqlError extends DomainError {
  abstract readonly type: PrometheusErrorType;

  /** A message about the client's own query holds nothing of ours, so it may be read outside. */
  override get detail(): string {
    return this.message;
  }
}

const PROMQL_BAD_DATA = defineError('PROMQL_BAD_DATA', {
  status: 400,
  title: 'The query or a parameter of it is wrong',
  remedy: 'See the detail: it names line and column, or the parameter.',
});

/** A query or parameter that cannot be understood. */
export class PromqlBadDataError extends PromqlError {
  constructor(message: string, options?: ErrorOptions) {
    super(PROMQL_BAD_DATA, message, options);
  }
  readonly type = 'bad_data';
}

const PROMQL_EXECUTION = defineError('PROMQL_EXECUTION', {
  status: 422,
  title: 'The query cannot be answered',
  remedy: 'See the detail: most often the series of two sides do not match one to one.',
});

/** A query that was understood and cannot be answered, such as a many-to-many match. */
export class PromqlExecutionError extends PromqlError {
  constructor(message: string, options?: ErrorOptions) {
    super(PROMQL_EXECUTION, message, options);
  }
  readonly type = 'execution';
}

/** The limits a query can exceed. */
export type QueryLimit =
  | 'samples_per_query'
  | 'bytes_per_query'
  | 'series_per_answer'
  | 'labels_per_answer'
  | 'label_length'
  | 'steps_per_subquery'
  | 'points_per_series'
  | 'query_size'
  | 'regex_work';

const PROMQL_LIMIT = defineError('PROMQL_LIMIT', {
  status: 422,
  title: 'The query is over a limit',
  remedy: 'The detail names the limit: ask for fewer series, a shorter range or longer steps.',
});

/** A query over one of the limits; `limit` says which and the message how much is allowed. */
export class PromqlLimitError extends PromqlError {
  readonly type: 'execution' | 'bad_data';

  constructor(
    readonly limit: QueryLimit,
    readonly allowed: number,
    message: string,
  ) {
    super(PROMQL_LIMIT, message);
    this.type = limit === 'points_per_series' || limit === 'query_size' ? 'bad_data' : 'execution';
  }
}

const PROMQL_TIMEOUT = defineError('PROMQL_TIMEOUT', {
  status: 503,
  title: 'The query took longer than it may',
  remedy: 'Ask for fewer series, a shorter range or longer steps.',
});

/** A query that took longer than it may, waiting for its turn included. */
export class PromqlTimeoutError extends PromqlError {
  readonly type = 'timeout';

  constructor(
    readonly timeoutMs: number,
    doing: 'expression evaluation' | 'query queue',
  ) {
    super(PROMQL_TIMEOUT, `query timed out in ${doing} (limit query_time: ${timeoutMs} ms)`);
  }
}

const PROMQL_CANCELED = defineError('PROMQL_CANCELED', {
  status: 503,
  title: 'The query was canceled',
  remedy: 'Keep the connection open until the answer is there.',
});

/** The caller went away before the answer was there. */
export class PromqlCanceledError extends PromqlError {
  readonly type = 'canceled';

  constructor() {
    super(PROMQL_CANCELED, 'query was canceled in expression evaluation');
  }
}

const PROMQL_BUSY = defineError('PROMQL_BUSY', {
  status: 503,
  title: 'Too many queries run and wait',
  remedy: 'Try again after Retry-After, or ask for fewer panels at once.',
});

/** As many queries run and wait, or hold as much, as may. */
export class PromqlBusyError extends PromqlError {
  readonly type = 'unavailable';

  constructor(
    readonly limit: 'concurrent_queries' | 'bytes_together',
    readonly allowed: number,
  ) {
    const many =
      limit === 'concurrent_queries' ? 'too many concurrent queries' : 'all queries together hold too much in memory';
    super(PROMQL_BUSY, `${many} (limit ${limit}: ${allowed})`);
  }

  override get retryAfterSeconds(): number {
    return 1;
  }
}
