import { ConfigurableModuleBuilder } from '@nestjs/common';
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

/** The options with every default filled in. */
export const POOLS_OPTIONS = Symbol('POOLS_OPTIONS');

export const { ConfigurableModuleClass: ConfigurablePoolsModule, MODULE_OPTIONS_TOKEN: GIVEN_POOLS_OPTIONS } =
  new ConfigurableModuleBuilder<PoolsModuleOptions>({ moduleName: 'Pools' })
    .setClassMethodName('forRoot')
    .setExtras({ isGlobal: true }, (definition, { isGlobal }) => ({ ...definition, global: isGlobal }))
    .build();

export const poolsOptionsProvider = {
  provide: POOLS_OPTIONS,
  inject: [GIVEN_POOLS_OPTIONS],
  useFactory: resolvePoolsOptions,
};

/** Fills in the defaults of the service. */
export function resolvePoolsOptions(given: PoolsModuleOptions): PoolsOptions {
  const { http } = given;
  const [postgres, redis, qdrant] = [withUrl(given.postgres), withUrl(given.redis), withUrl(given.qdrant)];
  const maxHttpConnections = http?.maxConnections ?? 100;
  return {
    acquireTimeoutMs: given.acquireTimeoutMs ?? 5_000,
    maxWaiting: given.maxWaiting ?? 1_000,
    drainTimeoutMs: given.drainTimeoutMs ?? 10_000,
    postgres: {
      url: undefined,
      embeddedDataDir: undefined,
      min: Math.min(5, postgres?.max ?? 5),
      max: 20,
      connectTimeoutMs: 2_000,
      queryTimeoutMs: 30_000,
      ...postgres,
    },
    redis: { url: undefined, maxConnections: 20, ...redis },
    http: { upstreams: {}, maxConnections: maxHttpConnections, maxConnectionsPerOrigin: maxHttpConnections, ...http },
    qdrant: { url: undefined, apiKey: undefined, ...qdrant },
  };
}

/** An empty URL is none: that is what an empty variable comes in as. */
function withUrl<O extends { readonly url?: string | undefined }>(options: O | undefined): O | undefined {
  return options?.url === '' ? { ...options, url: undefined } : options;
}
