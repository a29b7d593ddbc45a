import type { BreakerState } from '../breaker';
import type { Pool, PoolCounts } from '../pool';
import type { HttpConnections } from './http-connections';
import type { HttpEndpoint } from './http-endpoint';

/** The figures of a pool whose connections carry HTTP. */
export function httpCounts(
  pool: Pool,
  connections: HttpConnections,
  endpoints: readonly HttpEndpoint[],
  maxWaiting: number,
): PoolCounts {
  const { wait, use, connect } = connections.timings;
  const { inUse, idle, connecting, waiting, max } = connections;
  return {
    ...connections.counters.snapshot(),
    name: pool.name,
    kind: pool.kind,
    health: pool.health(),
    breaker: leastBad(endpoints),
    min: 0,
    max,
    maxWaiting,
    inUse,
    idle,
    connecting,
    waiting,
    wait,
    use,
    connect,
    endpoints: endpoints.map((endpoint) => endpoint.stats()),
  };
}

/** The best state of all endpoints: requests get through while one endpoint takes them. */
function leastBad(endpoints: readonly HttpEndpoint[]): BreakerState {
  const states = endpoints.map(({ breakers }) => breakers.state);
  if (states.length === 0 || states.includes('closed')) return 'closed';
  return states.includes('half-open') ? 'half-open' : 'open';
}
