import type { CacheStats } from '../cache/cache.stats';
import type { SeriesStoreStats } from '../monitoring/series/series-store';
import type { PoolStats } from '../pools/pool';
import type { CacheRow, Check, HealthResponse, PoolRow } from './performance.schemas';

/** What each part says of itself right now. */
export interface ServiceFigures {
  readonly pools: readonly PoolStats[];
  readonly cache: CacheStats;
  readonly series: SeriesStoreStats;
  readonly sampleIntervalMs: number;
  readonly nowMs: number;
  readonly uptimeSeconds: number;
}

/** Sampling counts as stopped when this many ticks in a row have left no sample. */
const MISSED_TICKS = 3;

/** Degraded as soon as one part is not well; a part that is not configured is well. */
export function healthView(figures: ServiceFigures): HealthResponse {
  const pool = (name: string): Check => poolCheck(figures.pools.find((stats) => stats.name === name));
  const checks = {
    cache: cacheCheck(figures),
    postgres: pool('postgres'),
    redis: pool('redis'),
    http: pool('http'),
    qdrant: pool('qdrant'),
    monitoring: monitoringCheck(figures),
  };
  const well = Object.values(checks).every(({ status }) => status === 'up' || status === 'not_configured');
  return { status: well ? 'ok' : 'degraded', uptimeSeconds: figures.uptimeSeconds, checks };
}

export function poolRows(pools: readonly PoolStats[]): PoolRow[] {
  return pools.map((pool) => ({
    name: pool.name,
    state: pool.health.state,
    inUse: pool.inUse,
    idle: pool.idle,
    waiting: pool.waiting,
    max: pool.max,
    waitP95Ms: pool.wait.p95Ms,
    useP95Ms: pool.use.p95Ms,
    timeouts: pool.timeouts,
    errors: pool.errors,
  }));
}

export function cacheRows({ namespaces }: CacheStats): CacheRow[] {
  return namespaces.map(({ name, memory, loadTime }) => ({
    namespace: name,
    tier: 'memory',
    hits: memory.hits,
    misses: memory.misses,
    hitRate: memory.hitRate,
    entries: memory.entries,
    bytes: memory.bytes,
    loadP95Ms: loadTime.p95Ms,
  }));
}

function poolCheck(stats: PoolStats | undefined): Check {
  if (stats === undefined) return { status: 'not_configured' };
  const { state, sinceMs } = stats.health;
  if (state === 'up' || state === 'not_configured') return { status: state };
  return { status: state, message: `since ${new Date(sinceMs).toISOString()}` };
}

function cacheCheck({ cache }: ServiceFigures): Check {
  return cache.memory.enabled ? { status: 'up' } : { status: 'up', message: 'the memory tier is switched off' };
}

function monitoringCheck({ series, sampleIntervalMs, nowMs, uptimeSeconds }: ServiceFigures): Check {
  const lastMs = series.newestMs ?? nowMs - uptimeSeconds * 1_000;
  const silentMs = nowMs - lastMs;
  if (silentMs <= MISSED_TICKS * sampleIntervalMs) return { status: 'up' };
  return { status: 'degraded', message: `no sample for ${Math.round(silentMs / 1_000)} s` };
}
