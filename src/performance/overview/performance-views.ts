import type { CacheStats, TierLookups } from '../../cache';
import type { MonitoringStats, SeriesStoreStats } from '../../monitoring/internal';
import type { PoolStats } from '../../pools';
import type { CacheRow, Check, HealthResponse, PoolRow } from './performance.schemas';

/** What each part says of itself right now. */
export interface ServiceFigures {
  readonly pools: readonly PoolStats[];
  readonly cache: CacheStats;
  readonly series: SeriesStoreStats;
  readonly monitoring: MonitoringStats;
  readonly instance: string;
  /** What is wrong with the copies; `undefined` where this one is alone. */
  readonly copies: { readonly problem: string | undefined } | undefined;
  /** What is wrong with telling of alerts; `undefined` where nobody is to be told. */
  readonly notifications: { readonly problem: string | undefined } | undefined;
  /** What is wrong with the tokens; `undefined` in an application whose guards are its own. */
  readonly security: { readonly problem: string | undefined } | undefined;
  readonly uptimeSeconds: number;
}

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
    copies: problemCheck(figures.copies),
    notifications: problemCheck(figures.notifications),
    security: problemCheck(figures.security),
    ...namedChecks(figures.pools),
  };
  const well = Object.values(checks).every(({ status }) => status === 'up' || status === 'not_configured');
  return { status: well ? 'ok' : 'degraded', instance: figures.instance, uptimeSeconds: figures.uptimeSeconds, checks };
}

/** The figures of each pool that fit into a row of the dashboard. */
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

/** The figures of each namespace, a row for each of its tiers. */
export function cacheRows({ namespaces }: CacheStats): CacheRow[] {
  return namespaces.flatMap(({ name, memory, redis, loadTime }) => {
    const row = (tier: CacheRow['tier'], { hits, misses, hitRate }: TierLookups) => ({
      namespace: name,
      tier,
      hits,
      misses,
      hitRate,
      loadP95Ms: loadTime.p95Ms,
    });
    const inMemory = { ...row('memory', memory), entries: memory.entries, bytes: memory.bytes };
    return redis === undefined ? [inMemory] : [inMemory, { ...row('redis', redis), entries: null, bytes: null }];
  });
}

/** Pools with names of their own, each as `pool:reports`. */
function namedChecks(pools: readonly PoolStats[]): Readonly<Record<string, Check>> {
  const named = pools.filter(({ name, kind }) => name !== kind);
  return Object.fromEntries(named.map((stats) => [`pool:${stats.name}`, poolCheck(stats)]));
}

function poolCheck(stats: PoolStats | undefined): Check {
  if (stats === undefined) return { status: 'not_configured' };
  const { state, sinceMs, lastError } = stats.health;
  if (state === 'up' || state === 'not_configured') return { status: state };
  const since = `since ${new Date(sinceMs).toISOString()}`;
  return { status: state, message: lastError === undefined ? since : `${since}: ${lastError.message}` };
}

/** The cache serves without Redis, less well: it is never down for that. */
function cacheCheck({ cache: { memory, redis, namespaces } }: ServiceFigures): Check {
  if (redis !== undefined && redis.breaker !== 'closed') {
    return { status: 'degraded', message: 'the Redis tier does not answer' };
  }
  const refused = namespaces.reduce((sum, namespace) => sum + (namespace.redis?.refused ?? 0), 0);
  const remarks = [
    ...(memory.enabled ? [] : ['the memory tier is switched off']),
    // Counted since the start: Redis may have free memory again, so this alone is no degradation.
    ...(refused > 0 ? [`Redis was full; values it has refused so far: ${refused}; see its maxmemory`] : []),
  ];
  return remarks.length === 0 ? { status: 'up' } : { status: 'up', message: remarks.join('; ') };
}

function monitoringCheck({ monitoring: { status, problems, remarks } }: ServiceFigures): Check {
  const message = [...problems, ...remarks].join('; ');
  return message === '' ? { status } : { status, message };
}

function problemCheck(part: { readonly problem: string | undefined } | undefined): Check {
  if (part === undefined) return { status: 'not_configured' };
  return part.problem === undefined ? { status: 'up' } : { status: 'degraded', message: part.problem };
}
