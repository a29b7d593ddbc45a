import type { PoolHealth } from './pool';

/** One state for several endpoints: all up → up, none → down, else degraded; with the latest failure of any. */
export function summarise(endpoints: readonly PoolHealth[]): PoolHealth {
  const up = endpoints.filter(({ state }) => state === 'up').length;
  const down = endpoints.filter(({ state }) => state === 'down').length;
  const state = up === endpoints.length ? 'up' : down === endpoints.length ? 'down' : 'degraded';
  const failures = endpoints.flatMap(({ lastError }) => lastError ?? []);
  return {
    state,
    sinceMs: Math.max(...endpoints.map(({ sinceMs }) => sinceMs)),
    lastError: failures.toSorted((a, b) => b.atMs - a.atMs)[0],
  };
}
