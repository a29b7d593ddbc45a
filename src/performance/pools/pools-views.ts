import type { EndpointStats, PoolHealth, PoolStats, StatementsStats } from '../../pools';
import type { PoolEndpointResponse, PoolResponse, StatementsQuery, StatementsResponse } from './pools.schemas';

/** A pool's figures as they are answered. */
export function poolView(
  { health: poolHealth, endpoints, ...stats }: PoolStats,
  instance: string,
  limitsChanged: boolean,
): PoolResponse {
  const { name, kind, min, max, inUse, idle, waiting } = stats;
  // What readers look for comes first.
  const first = { name, kind, ...healthView(poolHealth), min, max, inUse, idle, waiting };
  return { ...first, ...stats, instance, limitsChanged, endpoints: endpoints.map(endpointView) };
}

function endpointView({
  health: endpointHealth,
  ewmaMs,
  refusedRoutes,
  ...stats
}: EndpointStats): PoolEndpointResponse {
  return { ...stats, ...healthView(endpointHealth), refusedRoutes: [...refusedRoutes], ewmaMs: ewmaMs ?? null };
}

/** The first `limit` of the statements by `sort`, the largest first. */
export function statementsView(
  pool: string,
  { sinceMs, statements, ...stats }: StatementsStats,
  { sort, limit }: StatementsQuery,
  instance: string,
): StatementsResponse {
  const sorted = statements.toSorted((a, b) => b[sort] - a[sort]).slice(0, limit);
  return {
    pool,
    instance,
    since: new Date(sinceMs).toISOString(),
    known: statements.length,
    ...stats,
    statements: sorted,
  };
}

const healthView = ({ state, sinceMs, lastError }: PoolHealth) => ({
  state,
  since: new Date(sinceMs).toISOString(),
  lastError:
    lastError === undefined ? null : { message: lastError.message, at: new Date(lastError.atMs).toISOString() },
});
