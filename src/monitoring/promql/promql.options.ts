/** What one query may cost, and how many run at once. */
export interface QueryLimits {
  /** Values one query may make or keep, of all its parts together; each takes 9 bytes. */
  readonly maxSamples: number;
  /** Values of all queries at a time, those whose results are still being sent included. */
  readonly maxSamplesTogether: number;
  /** How long a query may take, waiting included, and sending where its result is sent. */
  readonly timeoutMs: number;
  readonly maxConcurrent: number;
  /** Queries waiting for one of those to end; more are refused. */
  readonly maxWaiting: number;
  /** Steps of one subquery: everything is computed for all of them at a time. */
  readonly maxSubquerySteps: number;
  /** Series in one answer. */
  readonly maxSeries: number;
}

export interface PromqlOptions extends QueryLimits {
  /** How long a series without a new sample still has its last value. */
  readonly lookbackMs: number;
  /** The resolution of subqueries that name none. */
  readonly defaultStepMs: number;
  /** How long a query computes before it lets others have the event loop. */
  readonly sliceMs: number;
}

/** Prometheus's own defaults where it has one; there `maxSamples` is 50 million and 20 queries run at once. */
export const DEFAULT_PROMQL_OPTIONS: PromqlOptions = {
  maxSamples: 20_000_000,
  maxSamplesTogether: 30_000_000,
  timeoutMs: 120_000,
  maxConcurrent: 8,
  maxWaiting: 100,
  maxSubquerySteps: 250_000,
  maxSeries: 20_000,
  lookbackMs: 300_000,
  defaultStepMs: 60_000,
  sliceMs: 5,
};
