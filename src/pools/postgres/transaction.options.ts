export interface TransactionOptions {
  readonly isolation?: 'read committed' | 'repeatable read' | 'serializable' | undefined;
  readonly readOnly?: boolean | undefined;
  /** Runs the whole transaction again, at most 5 times in all, when it lost against another one (40001, 40P01). */
  readonly retrySerialization?: boolean | undefined;
  readonly acquireTimeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}
