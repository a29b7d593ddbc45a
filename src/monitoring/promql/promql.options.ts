/** What one query may cost, and how many run at once. */
export interface QueryLimits {
  /** Values one query may make or keep, of all its parts together. */
  readonly maxSamples: number;
  /** Bytes one query may hold at a time: values, series and the texts of their labels. */
  readonly maxBytes: number;
  /** The same for all queries together, including those whose results are still being sent. */
  readonly maxBytesTogether: number;
  /** How long a query may take, waiting included, and sending where its result is sent. */
  readonly timeoutMs: number;
  readonly maxConcurrent: number;
  /** Queries waiting for one of those to end; more are refused. */
  readonly maxWaiting: number;
  /** Steps of one subquery: everything is computed for all of them at a time. */
  readonly maxSubquerySteps: number;
  /** Series in one answer. */
  readonly maxSeries: number;
  /** Characters of all labels in one answer. */
  readonly maxLabelCharacters: number;
  /** Characters of the value of a label that a query makes. */
  readonly maxLabelLength: number;
}

export interface PromqlOptions extends QueryLimits {
  /** How long a series without a new sample still has its last value. */
  readonly lookbackMs: number;
  /** The resolution of subqueries that name none. */
  readonly defaultStepMs: number;
  /** How long a query computes before it lets others have the event loop. */
  readonly sliceMs: number;
}

const MEGABYTE = 1_048_576;
/** The part of `maxBytesTogether` that one query may hold. */
const QUERY_SHARE = 2 / 3;

/** Prometheus's own defaults where it has one; there `maxSamples` is 50 million and 20 queries run at once. */
export const DEFAULT_PROMQL_OPTIONS: PromqlOptions = {
  maxSamples: 20_000_000,
  maxBytes: 256 * MEGABYTE,
  maxBytesTogether: 384 * MEGABYTE,
  timeoutMs: 120_000,
  maxConcurrent: 8,
  maxWaiting: 100,
  maxSubquerySteps: 250_000,
  maxSeries: 20_000,
  maxLabelCharacters: 16 * MEGABYTE,
  maxLabelLength: 16_384,
  lookbackMs: 300_000,
  defaultStepMs: 60_000,
  sliceMs: 5,
};

/** What a query holds is seen by the garbage collector twice over before it is gone. */
const SHARE_OF_MEMORY = 0.125;
const LEAST_TOGETHER = 64 * MEGABYTE;

/** What all queries together may hold where nothing else is said, of so much memory that the process may use. */
export function defaultBytesTogether(availableBytes: number): number {
  const share = Math.floor(availableBytes * SHARE_OF_MEMORY);
  return Math.min(Math.max(share, LEAST_TOGETHER), DEFAULT_PROMQL_OPTIONS.maxBytesTogether);
}

/** The limits when all queries together may hold so many bytes. */
export function limitsWithin(bytesTogether: number): Pick<PromqlOptions, 'maxBytes' | 'maxBytesTogether'> {
  return { maxBytes: Math.floor(bytesTogether * QUERY_SHARE), maxBytesTogether: bytesTogether };
}
