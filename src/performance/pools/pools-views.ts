import type { EndpointStats, PoolHealth, PoolStats } from '../../pools';
import type { PoolEndpointResponse, PoolResponse } from './pools.schemas';

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

const healthView = ({ state, sinceMs, lastError }: PoolHealth) => ({
  state,
  since: new Date(sinceMs).toISOString(),
  lastError:
    lastError === undefined ? null : { message: lastError.message, at: new Date(lastError.atMs).toISOString() },
});
