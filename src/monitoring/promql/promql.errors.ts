import { DomainError } from '../../common/errors/domain-error';
import type { ErrorCode } from '../../common/errors/error-codes';

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

/** A query or parameter that cannot be understood. */
export class PromqlBadDataError extends PromqlError {
  readonly code: ErrorCode = 'PROMQL_BAD_DATA';
  readonly type = 'bad_data';
}

/** A query that was understood and cannot be answered, such as a many-to-many match. */
export class PromqlExecutionError extends PromqlError {
  readonly code: ErrorCode = 'PROMQL_EXECUTION';
  readonly type = 'execution';
}

/** The limits a query can exceed. */
export type QueryLimit =
  'samples_per_query' | 'series_per_answer' | 'steps_per_subquery' | 'points_per_series' | 'query_size' | 'regex_work';

/** A query over one of the limits; `limit` says which and the message how much is allowed. */
export class PromqlLimitError extends PromqlError {
  readonly code: ErrorCode = 'PROMQL_LIMIT';
  readonly type: 'execution' | 'bad_data';

  constructor(
    readonly limit: QueryLimit,
    readonly allowed: number,
    message: string,
  ) {
    super(message);
    this.type = limit === 'points_per_series' || limit === 'query_size' ? 'bad_data' : 'execution';
  }
}

/** A query that took longer than it may, waiting for its turn included. */
export class PromqlTimeoutError extends PromqlError {
  readonly code: ErrorCode = 'PROMQL_TIMEOUT';
  readonly type = 'timeout';

  constructor(
    readonly timeoutMs: number,
    doing: 'expression evaluation' | 'query queue',
  ) {
    super(`query timed out in ${doing} (limit query_time: ${timeoutMs} ms)`);
  }
}

/** The caller went away before the answer was there. */
export class PromqlCanceledError extends PromqlError {
  readonly code: ErrorCode = 'PROMQL_CANCELED';
  readonly type = 'canceled';

  constructor() {
    super('query was canceled in expression evaluation');
  }
}

/** As many queries run and wait, or hold as many samples, as may. */
export class PromqlBusyError extends PromqlError {
  readonly code: ErrorCode = 'PROMQL_BUSY';
  readonly type = 'unavailable';

  constructor(
    readonly limit: 'concurrent_queries' | 'samples_together',
    readonly allowed: number,
  ) {
    const many = limit === 'concurrent_queries' ? 'too many concurrent queries' : 'all queries hold too many samples';
    super(`${many} (limit ${limit}: ${allowed})`);
  }

  override get retryAfterSeconds(): number {
    return 1;
  }
}
