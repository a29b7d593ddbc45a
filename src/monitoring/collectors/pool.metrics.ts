import { Injectable, type OnModuleInit, Optional } from '@nestjs/common';
import { BREAKER_STATES } from '../../pools/breaker';
import { PoolRegistry } from '../../pools/pool-registry';
import { POOL_STATES, type PoolCounts } from '../../pools/pool';
import type { Emit } from '../registry/callback-family';
import type { EmitHistogram } from '../registry/callback-histogram-family';
import type { Collector } from '../registry/collector';
import { LATENCY_BUCKETS_SECONDS, latencyReading } from '../registry/latency-reading';
import { MetricsRegistry } from '../registry/metrics-registry';
import { QUANTILE_LABEL, TickQuantiles } from '../registry/tick-quantiles';

const POOL = 'db_client_connection_pool_name';

type Pools = Collector<readonly PoolCounts[]>;

/**
 * The connection pools, named as the database conventions of OpenTelemetry; a pool that is not configured says only
 * that.
 */
@Injectable()
export class PoolMetrics implements OnModuleInit {
  constructor(
    private readonly registry: MetricsRegistry,
    @Optional() private readonly pools?: PoolRegistry,
  ) {}

  onModuleInit(): void {
    if (this.pools === undefined) return; // an application without our pools
    const { pools } = this;
    const counts = this.registry.collector(() => pools.counts());
    addConnections(counts);
    addEvents(counts);
    addTimes(counts);
    addEndpoints(counts);
  }
}

function addConnections(pools: Pools): void {
  const gauge = (name: string, help: string, valueOf: (stats: PoolCounts) => number) =>
    pools.gauge(
      { name, help, labelNames: [POOL] },
      configured((stats, emit) => emit(valueOf(stats), stats.name)),
    );
  pools.gauge(
    { name: 'db_client_connections', help: 'Connections by state', labelNames: [POOL, 'state'] },
    configured((stats, emit) => {
      emit(stats.idle, stats.name, 'idle');
      emit(stats.inUse, stats.name, 'used');
      emit(stats.connecting, stats.name, 'connecting');
    }),
  );
  gauge('db_client_connection_max', 'Connections the pool may have', (stats) => stats.max);
  gauge('db_client_connection_idle_min', 'Connections the pool keeps open', (stats) => stats.min);
  gauge('db_client_connection_pending_requests', 'Callers waiting for a connection', (stats) => stats.waiting);
  pools.gauge(
    { name: 'db_client_pool_state', help: '1 for the state the pool is in', labelNames: [POOL, 'state'] },
    (all, emit) => {
      for (const { name, health } of all) {
        for (const one of POOL_STATES) emit(Number(one === health.state), name, one);
      }
    },
  );
  pools.gauge(
    { name: 'db_client_breaker_state', help: '1 for the state the breaker is in', labelNames: [POOL, 'state'] },
    configured(({ name, breaker }, emit) => {
      for (const one of BREAKER_STATES) emit(Number(one === breaker), name, one);
    }),
  );
}

function addEvents(pools: Pools): void {
  const counter = (name: string, help: string, valueOf: (stats: PoolCounts) => number) =>
    pools.counter(
      { name, help, labelNames: [POOL] },
      configured((stats, emit) => emit(valueOf(stats), stats.name)),
    );
  counter('db_client_connection_timeouts_total', 'Callers whose deadline passed while waiting', (s) => s.timeouts);
  counter('db_client_connection_created_total', 'Connections opened', (s) => s.created);
  counter('db_client_connection_acquired_total', 'Connections lent', (s) => s.acquired);
  counter('db_client_connection_released_total', 'Connections given back', (s) => s.released);
  counter('db_client_connection_aborted_total', 'Callers who gave up waiting', (s) => s.aborted);
  counter('db_client_connection_errors_total', 'Failures of servers and connections', (s) => s.errors);
  counter('db_client_connection_retries_total', 'Attempts after the first', (s) => s.retries);
  counter('db_client_connection_leaks_total', 'Connections that were out for too long', (s) => s.leaks);
  pools.counter(
    {
      name: 'db_client_listen_gaps_total',
      help: 'How often the connection that listens was lost, so that messages may have been missed',
      labelNames: [POOL],
    },
    configured(({ name, kind, listenGaps }, emit) => {
      if (kind === 'postgres') emit(listenGaps, name);
    }),
  );
  pools.counter(
    {
      name: 'db_client_connection_closed_total',
      help: 'Connections closed, by reason',
      labelNames: [POOL, 'reason'],
    },
    configured(({ name, closed }, emit) => {
      for (const [reason, count] of Object.entries(closed)) emit(count, name, reason);
    }),
  );
  pools.counter(
    {
      name: 'db_client_connection_rejected_total',
      help: 'Callers turned away at once, by reason',
      labelNames: [POOL, 'reason'],
    },
    configured(({ name, rejected }, emit) => {
      for (const [reason, count] of Object.entries(rejected)) emit(count, name, reason);
    }),
  );
}

function addTimes(pools: Pools): void {
  const histogram = (name: string, help: string, timing: 'wait' | 'use' | 'connect') => {
    pools.histogram(
      { name: `${name}_seconds`, help, unit: 'seconds', labelNames: [POOL] },
      LATENCY_BUCKETS_SECONDS,
      configured((pool, emit: EmitHistogram) => emit(latencyReading(pool[timing]), pool.name)),
    );
    const quantiles = new TickQuantiles();
    const labelNames = [POOL, QUANTILE_LABEL];
    pools.gauge(
      { name: `${name}_quantile_seconds`, help: `${help}: quantiles since the last tick`, unit: 'seconds', labelNames },
      configured((pool, emit: Emit, collection) => quantiles.emit(pool[timing], emit, collection, pool.name)),
    );
  };
  histogram('db_client_connection_wait_time', 'From asking for a connection until having it', 'wait');
  histogram('db_client_connection_use_time', 'From having a connection until giving it back', 'use');
  histogram('db_client_connection_create_time', 'Opening a connection', 'connect');
}

function addEndpoints(pools: Pools): void {
  const labelNames = [POOL, 'server_address'];
  pools.counter(
    { name: 'db_client_endpoint_requests_total', help: 'Requests to one server behind a pool', labelNames },
    endpointsOf((endpoint) => endpoint.requests),
  );
  pools.counter(
    { name: 'db_client_endpoint_errors_total', help: 'Failed requests to one server behind a pool', labelNames },
    endpointsOf((endpoint) => endpoint.errors),
  );
  pools.gauge(
    { name: 'db_client_endpoint_active_requests', help: 'Requests under way to one server', labelNames },
    endpointsOf((endpoint) => endpoint.inUse),
  );
  pools.gauge(
    {
      name: 'db_client_endpoint_refused_routes',
      help: 'Route groups of one server of which most requests are refused, since they keep failing',
      labelNames,
    },
    endpointsOf((endpoint) => endpoint.refusedRoutes.length),
  );
}

function configured<E, C>(
  read: (pool: PoolCounts, emit: E, collection: C) => void,
): (pools: readonly PoolCounts[], emit: E, collection: C) => void {
  return (pools, emit, collection) => {
    for (const pool of pools) if (pool.health.state !== 'not_configured') read(pool, emit, collection);
  };
}

function endpointsOf(valueOf: (endpoint: PoolCounts['endpoints'][number]) => number) {
  return configured(({ name, endpoints }, emit: Emit) => {
    for (const endpoint of endpoints) emit(valueOf(endpoint), name, endpoint.name);
  });
}
