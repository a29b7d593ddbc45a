import type { Env } from './config/env-schema';
import type { CacheOptions } from './cache/options/cache.options';
import type { MonitoringOptions } from './monitoring/monitoring.module-definition';
import { POOLS_VARIABLES } from './pools/pools-settings';

type Variables<Path extends string> = { readonly [P in Path]?: keyof Env };

const CACHE: Variables<keyof CacheOptions> = {
  memory: 'ENABLE_MEMORY_CACHE',
  redis: 'ENABLE_REDIS_CACHE',
  ttlMs: 'CACHE_TTL_SECONDS',
  memoryLimitBytes: 'CACHE_MEMORY_LIMIT_MB',
  prefix: 'CACHE_PREFIX',
  redisTimeoutMs: 'CACHE_REDIS_TIMEOUT_MS',
};

const MONITORING: Variables<keyof MonitoringOptions> = {
  sampleIntervalMs: 'METRICS_SAMPLE_INTERVAL_SECONDS',
  retentionMs: 'METRICS_RETENTION_HOURS',
  maxSeriesPerKind: 'MAX_METRICS_PER_TYPE',
  memoryLimitBytes: 'METRICS_MEMORY_LIMIT_MB',
};

/** Which variable of the service stands for which option of a module, for the messages that name options. */
export const OPTION_VARIABLES = {
  // Only with EMBEDDED_POSTGRES, and then there.
  PoolsModule: { ...POOLS_VARIABLES, 'postgres.embeddedDataDir': 'DATA_DIR' },
  CacheModule: CACHE,
  MonitoringModule: MONITORING,
  PerformanceModule: { 'benchmark.enabled': 'BENCHMARK_ENABLED' } satisfies Variables<'benchmark.enabled'>,
};
