import type { LeaseTuning } from '../pools.module-definition';

export interface QdrantPoolSettings extends Pick<
  LeaseTuning,
  'idleTimeoutMs' | 'maxLifetimeMs' | 'probeIntervalMs' | 'probeTimeoutMs'
> {
  /** The servers of one cluster, each of which can answer everything; none: not configured. */
  readonly urls: readonly string[];
  readonly apiKey: string | undefined;
  readonly maxConnections: number;
  readonly acquireTimeoutMs: number;
  readonly maxWaiting: number;
  readonly connectTimeoutMs?: number;
}

export interface QdrantUseOptions {
  /** For everything `use` does, waiting for connections and trying again included, in milliseconds. Default 10 000. */
  readonly totalTimeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** Whether failed reads, PUTs and DELETEs are tried again. Default true. */
  readonly retry?: boolean;
}
