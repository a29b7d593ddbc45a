import type { Env } from './env-schema';

/** The environment, validated once and cut into the parts that modules take. */
export interface AppConfig {
  readonly production: boolean;
  readonly logLevel: Env['LOG_LEVEL'];
  readonly dataDir: string;
  readonly server: {
    readonly port: number;
    readonly host: string;
    readonly trustProxy: Env['TRUST_PROXY'];
    readonly shutdownTimeoutMs: number;
  };
  readonly pools: {
    readonly acquireTimeoutMs: number;
    readonly maxWaiting: number;
    /** How long leases get to finish on shutdown. */
    readonly drainTimeoutMs: number;
    readonly postgres: {
      readonly url: string | undefined;
      /** Where an embedded server keeps its data when no URL is given; undefined: none may be started. */
      readonly embeddedDataDir: string | undefined;
      readonly min: number;
      readonly max: number;
      readonly connectTimeoutMs: number;
      readonly queryTimeoutMs: number;
    };
    readonly redis: { readonly url: string | undefined; readonly maxConnections: number };
    readonly http: {
      readonly upstreams: Readonly<Record<string, readonly string[]>>;
      readonly maxConnections: number;
      readonly maxConnectionsPerOrigin: number;
    };
    readonly qdrant: { readonly url: string | undefined; readonly apiKey: string | undefined };
  };
  readonly cache: {
    readonly memory: boolean;
    readonly redis: boolean;
    readonly ttlMs: number;
    readonly memoryLimitBytes: number;
    readonly prefix: string;
    readonly redisTimeoutMs: number;
  };
  readonly monitoring: {
    readonly sampleIntervalMs: number;
    readonly retentionMs: number;
    readonly maxSeriesPerKind: number;
    readonly memoryLimitBytes: number;
  };
  readonly alerting: {
    readonly cpuAlerts: { readonly warningRatio: number; readonly criticalRatio: number; readonly forSeconds: number };
  };
  readonly benchmark: { readonly enabled: boolean };
  readonly security: {
    readonly tokens: Env['API_TOKENS'];
    readonly metricsPublic: boolean;
    readonly rateLimits: {
      readonly enabled: boolean;
      readonly readsPerMinute: number;
      readonly changesPerMinute: number;
      readonly failedLoginsPerMinute: number;
    };
  };
  readonly health: { readonly readinessRequires: Env['READINESS_REQUIRES'] };
}

const MEGABYTE = 1_048_576;

/** Cuts the environment into those parts, in the units the modules take (ms, bytes, shares). */
export function toAppConfig(env: Env): AppConfig {
  const production = env.NODE_ENV === 'production';
  const embedded = env.EMBEDDED_POSTGRES ?? !production;
  return {
    production,
    logLevel: env.LOG_LEVEL,
    dataDir: env.DATA_DIR,
    server: {
      port: env.PORT,
      host: env.HOST,
      trustProxy: env.TRUST_PROXY,
      shutdownTimeoutMs: env.SHUTDOWN_TIMEOUT_MS,
    },
    pools: {
      acquireTimeoutMs: env.POOL_ACQUIRE_TIMEOUT_MS,
      maxWaiting: env.POOL_MAX_WAITING,
      drainTimeoutMs: env.SHUTDOWN_TIMEOUT_MS,
      postgres: {
        url: env.POSTGRES_URL,
        embeddedDataDir: env.POSTGRES_URL === undefined && embedded ? env.DATA_DIR : undefined,
        min: env.POSTGRES_MIN_SIZE,
        max: env.POSTGRES_MAX_SIZE,
        connectTimeoutMs: env.POSTGRES_CONNECT_TIMEOUT_MS,
        queryTimeoutMs: env.POSTGRES_QUERY_TIMEOUT_MS,
      },
      redis: { url: env.REDIS_URL, maxConnections: env.REDIS_MAX_CONNECTIONS },
      http: {
        upstreams: env.HTTP_UPSTREAMS,
        maxConnections: env.HTTP_MAX_CONNECTIONS,
        maxConnectionsPerOrigin: env.HTTP_MAX_CONNECTIONS_PER_ORIGIN ?? env.HTTP_MAX_CONNECTIONS,
      },
      qdrant: { url: env.QDRANT_URL, apiKey: env.QDRANT_API_KEY },
    },
    cache: {
      memory: env.ENABLE_MEMORY_CACHE,
      redis: env.ENABLE_REDIS_CACHE,
      ttlMs: env.CACHE_TTL_SECONDS * 1_000,
      memoryLimitBytes: env.CACHE_MEMORY_LIMIT_MB * MEGABYTE,
      prefix: env.CACHE_PREFIX,
      redisTimeoutMs: env.CACHE_REDIS_TIMEOUT_MS,
    },
    monitoring: {
      sampleIntervalMs: env.METRICS_SAMPLE_INTERVAL_SECONDS * 1_000,
      retentionMs: env.METRICS_RETENTION_HOURS * 3_600_000,
      maxSeriesPerKind: env.MAX_METRICS_PER_TYPE,
      memoryLimitBytes: env.METRICS_MEMORY_LIMIT_MB * MEGABYTE,
    },
    alerting: {
      cpuAlerts: {
        warningRatio: env.ALERT_CPU_WARNING_PERCENT / 100,
        criticalRatio: env.ALERT_CPU_CRITICAL_PERCENT / 100,
        forSeconds: env.ALERT_CPU_FOR_SECONDS,
      },
    },
    benchmark: { enabled: env.BENCHMARK_ENABLED ?? !production },
    security: {
      tokens: env.API_TOKENS,
      metricsPublic: env.METRICS_PUBLIC,
      rateLimits: {
        enabled: env.RATE_LIMIT_ENABLED,
        readsPerMinute: env.RATE_LIMIT_READS_PER_MINUTE,
        changesPerMinute: env.RATE_LIMIT_CHANGES_PER_MINUTE,
        failedLoginsPerMinute: 20,
      },
    },
    health: { readinessRequires: env.READINESS_REQUIRES },
  };
}
