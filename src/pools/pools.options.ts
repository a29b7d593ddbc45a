import type { LeasePoolOptions } from './lease-pool.options';

/** What a lease pool may be told beyond its limits; everything has a default. */
export type LeaseTuning = Partial<
  Pick<
    LeasePoolOptions,
    | 'idleTimeoutMs'
    | 'maxLifetimeMs'
    | 'validateAfterIdleMs'
    | 'validationTimeoutMs'
    | 'leakThresholdMs'
    | 'maxConnecting'
    | 'maintenanceIntervalMs'
  >
> & {
  /** Between two background probes of a healthy server. */
  readonly probeIntervalMs?: number;
  readonly probeTimeoutMs?: number;
};

export interface PostgresPoolOptions extends LeaseTuning {
  readonly url: string | undefined;
  /** Where an embedded server keeps its data when no URL is given; undefined: none may be started. */
  readonly embeddedDataDir: string | undefined;
  readonly min: number;
  readonly max: number;
  readonly connectTimeoutMs: number;
  /** What one query may take; after that it is cancelled on the server. */
  readonly queryTimeoutMs: number;
  /** Whether the session is reset when it was seen to change (default), or after every lease. */
  readonly sessionReset?: 'when-changed' | 'always';
  /** An outage shorter than this is waited out by callers, after it they are refused at once. Default 2000. */
  readonly rideOutMs?: number;
}

export interface RedisPoolOptions extends LeaseTuning {
  readonly url: string | undefined;
  /** Sockets at most: commands, subscriber and leases together. */
  readonly maxConnections: number;
  /** Opening one connection. Default 2000. */
  readonly connectTimeoutMs?: number;
  /** What one command may take, waiting for a connection included. Default 1000. */
  readonly commandTimeoutMs?: number;
}

export interface HttpPoolOptions {
  readonly upstreams: Readonly<Record<string, readonly string[]>>;
  readonly maxConnections: number;
  readonly maxConnectionsPerOrigin: number;
  /** Opening one connection. Default 2000. */
  readonly connectTimeoutMs?: number;
  /** A connection that is idle for longer than this is closed. Default 15 000. */
  readonly idleTimeoutMs?: number;
  /** A connection is replaced at this age, less up to 20 %. Default 600 000. */
  readonly maxLifetimeMs?: number;
  /** Between two background probes of a healthy server. Default 5000. */
  readonly probeIntervalMs?: number;
  readonly probeTimeoutMs?: number;
}

export interface QdrantPoolOptions {
  /** One server, or several that can answer the same, separated by `|`. */
  readonly url: string | undefined;
  readonly apiKey: string | undefined;
}

export interface PoolsOptions {
  readonly acquireTimeoutMs: number;
  /** Callers that may wait for one pool. */
  readonly maxWaiting: number;
  /** How long leases get to finish on shutdown. */
  readonly drainTimeoutMs: number;
  readonly postgres: PostgresPoolOptions;
  readonly redis: RedisPoolOptions;
  readonly http: HttpPoolOptions;
  readonly qdrant: QdrantPoolOptions;
}

/**
 * As given to `PoolsModule.forRoot`: what is left out has the service's defaults, and a pool without a URL is not
 * configured.
 */
export type PoolsModuleOptions = Partial<Pick<PoolsOptions, 'acquireTimeoutMs' | 'maxWaiting' | 'drainTimeoutMs'>> & {
  readonly [Name in 'postgres' | 'redis' | 'http' | 'qdrant']?: Partial<PoolsOptions[Name]>;
};
