import { Injectable, type OnModuleInit, Optional } from '@nestjs/common';
import { PoolRegistry } from '../../pools/pool-registry';
import type { PoolState, PoolStats, PoolTimings } from '../../pools/pool';
import type { Emit } from '../registry/collected-metric';
import { LATENCY_BUCKETS_SECONDS, latencyReading } from '../registry/latency-reading';
import { MetricsRegistry } from '../registry/metrics-registry';

const POOL = 'db_client_connection_pool_name';
const STATES: readonly PoolState[] = ['up', 'degraded', 'down', 'not_configured'];
const BREAKER_STATES: readonly PoolStats['breaker'][] = ['closed', 'half-open', 'open'];

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
    this.connections(this.pools);
    this.events(this.pools);
    this.times(this.pools);
    this.endpoints(this.pools);
  }

  private connections(pools: PoolRegistry): void {
    const gauge = (name: string, help: string, valueOf: (stats: PoolStats) => number) =>
      this.registry.gauge(
        { name, help, labelNames: [POOL] },
        configured(pools, (stats, emit) => emit(valueOf(stats), stats.name)),
      );
    this.registry.gauge(
      { name: 'db_client_connections', help: 'Connections by state', labelNames: [POOL, 'state'] },
      configured(pools, (stats, emit) => {
        emit(stats.idle, stats.name, 'idle');
        emit(stats.inUse, stats.name, 'used');
        emit(stats.connecting, stats.name, 'connecting');
      }),
    );
    gauge('db_client_connection_max', 'Connections the pool may have', (stats) => stats.max);
    gauge('db_client_connection_idle_min', 'Connections the pool keeps open', (stats) => stats.min);
    gauge('db_client_connection_pending_requests', 'Callers waiting for a connection', (stats) => stats.waiting);
    this.registry.gauge(
      { name: 'db_client_pool_state', help: '1 for the state the pool is in', labelNames: [POOL, 'state'] },
      (emit) => {
        for (const { name, state } of pools.all()) for (const one of STATES) emit(Number(one === state), name, one);
      },
    );
    this.registry.gauge(
      { name: 'db_client_breaker_state', help: '1 for the state the breaker is in', labelNames: [POOL, 'state'] },
      configured(pools, ({ name, breaker }, emit) => {
        for (const one of BREAKER_STATES) emit(Number(one === breaker), name, one);
      }),
    );
  }

  private events(pools: PoolRegistry): void {
    const counter = (name: string, help: string, valueOf: (stats: PoolStats) => number) =>
      this.registry.counter(
        { name, help, labelNames: [POOL] },
        configured(pools, (stats, emit) => emit(valueOf(stats), stats.name)),
      );
    counter('db_client_connection_timeouts_total', 'Callers whose deadline passed while waiting', (s) => s.timeouts);
    counter('db_client_connection_created_total', 'Connections opened', (s) => s.created);
    counter('db_client_connection_acquired_total', 'Connections lent', (s) => s.acquired);
    counter('db_client_connection_released_total', 'Connections given back', (s) => s.released);
    counter('db_client_connection_aborted_total', 'Callers who gave up waiting', (s) => s.aborted);
    counter('db_client_connection_errors_total', 'Failures of servers and connections', (s) => s.errors);
    counter('db_client_connection_retries_total', 'Attempts after the first', (s) => s.retries);
    counter('db_client_connection_leaks_total', 'Connections that were out for too long', (s) => s.leaks);
    this.registry.counter(
      {
        name: 'db_client_connection_closed_total',
        help: 'Connections closed, by reason',
        labelNames: [POOL, 'reason'],
      },
      configured(pools, ({ name, closed }, emit) => {
        for (const [reason, count] of Object.entries(closed)) emit(count, name, reason);
      }),
    );
    this.registry.counter(
      {
        name: 'db_client_connection_rejected_total',
        help: 'Callers turned away at once, by reason',
        labelNames: [POOL, 'reason'],
      },
      configured(pools, ({ name, rejected }, emit) => {
        for (const [reason, count] of Object.entries(rejected)) emit(count, name, reason);
      }),
    );
  }

  private times(pools: PoolRegistry): void {
    const histogram = (name: string, help: string, timing: keyof PoolTimings) =>
      this.registry.histogram({ name, help, unit: 'seconds', labelNames: [POOL] }, LATENCY_BUCKETS_SECONDS, (emit) => {
        for (const pool of pools.all()) {
          if (pool.state !== 'not_configured') emit(latencyReading(pool.timings[timing]), pool.name);
        }
      });
    histogram('db_client_connection_wait_time_seconds', 'From asking for a connection until having it', 'wait');
    histogram('db_client_connection_use_time_seconds', 'From having a connection until giving it back', 'use');
    histogram('db_client_connection_create_time_seconds', 'Opening a connection', 'connect');
  }

  private endpoints(pools: PoolRegistry): void {
    const labelNames = [POOL, 'server_address'];
    this.registry.counter(
      { name: 'db_client_endpoint_requests_total', help: 'Requests to one server behind a pool', labelNames },
      endpointsOf(pools, (endpoint) => endpoint.requests),
    );
    this.registry.counter(
      { name: 'db_client_endpoint_errors_total', help: 'Failed requests to one server behind a pool', labelNames },
      endpointsOf(pools, (endpoint) => endpoint.errors),
    );
    this.registry.gauge(
      { name: 'db_client_endpoint_active_requests', help: 'Requests under way to one server', labelNames },
      endpointsOf(pools, (endpoint) => endpoint.inUse),
    );
  }
}

function configured(pools: PoolRegistry, read: (stats: PoolStats, emit: Emit) => void): (emit: Emit) => void {
  return (emit) => {
    for (const pool of pools.all()) if (pool.state !== 'not_configured') read(pool.stats(), emit);
  };
}

function endpointsOf(
  pools: PoolRegistry,
  valueOf: (endpoint: PoolStats['endpoints'][number]) => number,
): (emit: Emit) => void {
  return configured(pools, ({ name, endpoints }, emit) => {
    for (const endpoint of endpoints) emit(valueOf(endpoint), name, endpoint.name);
  });
}
