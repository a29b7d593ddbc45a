import { Injectable, type OnModuleInit, Optional } from '@nestjs/common';
import { CacheService } from '../../cache/cache.service';
import type { CacheCounts } from '../../cache/stats/cache-stats';
import type { ReadonlyLatencyHistogram } from '../../common/latency-histogram';
import { BREAKER_STATES } from '../../pools/breaker';
import type { Emit } from '../registry/callback-family';
import type { EmitHistogram } from '../registry/callback-histogram-family';
import type { Collection } from '../registry/collection';
import type { Collector } from '../registry/collector';
import { LATENCY_BUCKETS_SECONDS, latencyReading } from '../registry/latency-reading';
import { MetricsRegistry } from '../registry/metrics-registry';
import { QUANTILE_LABEL, TickQuantiles } from '../registry/tick-quantiles';

type Counts = Collector<CacheCounts>;
type NamespaceCounts = CacheCounts['namespaces'][number];

const MEMORY = 'memory';
const REDIS = 'redis';
const BUS_STATES = ['connecting', 'up', 'lost'] as const;

/** The cache by namespace and tier, read from its own figures. */
@Injectable()
export class CacheMetrics implements OnModuleInit {
  constructor(
    private readonly registry: MetricsRegistry,
    @Optional() private readonly cache?: CacheService,
  ) {}

  onModuleInit(): void {
    if (this.cache === undefined) return; // an application without our cache
    const { cache } = this;
    const counts = this.registry.collector(() => cache.counts());
    addLookups(counts);
    addLoads(counts);
    addTimes(counts);
    addSizes(counts);
    addRedis(counts);
  }
}

function addLookups(counts: Counts): void {
  counts.counter(
    { name: 'cache_gets_total', help: 'Look-ups by result', labelNames: ['cache', 'tier', 'result'] },
    namespaces(({ name, memory, redis }, emit) => {
      emit(memory.hits, name, MEMORY, 'hit');
      emit(memory.misses, name, MEMORY, 'miss');
      emit(redis?.hits, name, REDIS, 'hit');
      emit(redis?.misses, name, REDIS, 'miss');
    }),
  );
  counts.counter(
    { name: 'cache_puts_total', help: 'Entries stored', labelNames: ['cache', 'tier'] },
    namespaces(({ name, memory, redis }, emit) => {
      emit(memory.puts, name, MEMORY);
      emit(redis?.puts, name, REDIS);
    }),
  );
  counts.counter(
    { name: 'cache_evictions_total', help: 'Entries that left, by reason', labelNames: ['cache', 'tier', 'reason'] },
    namespaces(({ name, memory }, emit) => {
      for (const [reason, count] of Object.entries(memory.removals)) emit(count, name, MEMORY, reason);
    }),
  );
  counts.counter(
    {
      name: 'cache_refused_total',
      help: 'Entries that were not stored: too large, or Redis did not take them',
      labelNames: ['cache', 'tier'],
    },
    namespaces(({ name, memory, redis }, emit) => {
      emit(memory.tooLarge, name, MEMORY);
      emit(redis?.refused, name, REDIS);
    }),
  );
}

function addLoads(counts: Counts): void {
  const counter = (name: string, help: string, valueOf: (stats: NamespaceCounts) => number) =>
    counts.counter(
      { name, help, labelNames: ['cache'] },
      namespaces((stats, emit) => emit(valueOf(stats), stats.name)),
    );
  counts.counter(
    { name: 'cache_loads_total', help: 'Values loaded because they were missing', labelNames: ['cache', 'result'] },
    namespaces(({ name, loads, loadFailures }, emit) => {
      emit(loads - loadFailures, name, 'success');
      emit(loadFailures, name, 'failure');
    }),
  );
  counter('cache_coalesced_total', 'Callers that waited for a load that another caller had begun', (s) => s.coalesced);
  counter('cache_stale_served_total', 'Look-ups answered with a value past its time to live', (s) => s.staleServed);
  counter('cache_fenced_total', 'Loaded values not stored because they were invalidated meanwhile', (s) => s.fenced);
  counter('cache_refreshes_ahead_total', 'Values renewed before they expired', (s) => s.refreshesAhead);
  counter('cache_backoffs_total', 'Calls answered with the error of a load that had just failed', (s) => s.backoffs);
}

function addTimes(counts: Counts): void {
  const histogram = (
    name: string,
    help: string,
    valueOf: (one: NamespaceCounts) => ReadonlyLatencyHistogram | undefined,
  ) => {
    counts.histogram(
      { name: `${name}_seconds`, help, unit: 'seconds', labelNames: ['cache'] },
      LATENCY_BUCKETS_SECONDS,
      namespaces((one, emit: EmitHistogram) => {
        const durations = valueOf(one);
        if (durations !== undefined) emit(latencyReading(durations), one.name);
      }),
    );
    const quantiles = new TickQuantiles();
    const labelNames = ['cache', QUANTILE_LABEL];
    counts.gauge(
      { name: `${name}_quantile_seconds`, help: `${help}: quantiles since the last tick`, unit: 'seconds', labelNames },
      namespaces((one, emit, collection: Collection) => {
        const durations = valueOf(one);
        if (durations !== undefined) quantiles.emit(durations, emit, collection, one.name);
      }),
    );
  };
  histogram('cache_load_time', 'How long loads took', ({ loadTime }) => loadTime);
  histogram(
    'cache_lock_wait_time',
    'How long loads waited for another copy of the service',
    ({ redis }) => redis?.lockWaitTime,
  );
  counts.histogram(
    { name: 'cache_redis_latency_seconds', help: 'How long Redis took for one step of the cache', unit: 'seconds' },
    LATENCY_BUCKETS_SECONDS,
    ({ redis }, emit) => {
      if (redis !== undefined) emit(latencyReading(redis.latency));
    },
  );
  const quantiles = new TickQuantiles();
  counts.gauge(
    {
      name: 'cache_redis_latency_quantile_seconds',
      help: 'How long Redis took for one step of the cache: quantiles since the last tick',
      unit: 'seconds',
      labelNames: [QUANTILE_LABEL],
    },
    ({ redis }, emit, collection) => {
      if (redis !== undefined) quantiles.emit(redis.latency, emit, collection);
    },
  );
}

function addRedis(counts: Counts): void {
  counts.counter(
    {
      name: 'cache_lock_waits_total',
      help: 'Loads that waited for another copy of the service',
      labelNames: ['cache'],
    },
    namespaces(({ name, redis }, emit) => emit(redis?.lockWaits, name)),
  );
  counts.counter(
    {
      name: 'cache_lock_timeouts_total',
      help: 'Loads that no longer waited for another copy of the service',
      labelNames: ['cache'],
    },
    namespaces(({ name, redis }, emit) => emit(redis?.lockTimeouts, name)),
  );
  counts.counter(
    { name: 'cache_undecodable_total', help: 'Entries of Redis that could not be read', labelNames: ['cache'] },
    namespaces(({ name, redis }, emit) => emit(redis?.undecodable, name)),
  );
  counts.gauge(
    { name: 'cache_breaker_state', help: '1 for the state of the breaker before Redis', labelNames: ['state'] },
    ({ redis }, emit) => {
      for (const state of BREAKER_STATES) emit(redis && Number(redis.breaker === state), state);
    },
  );
  counts.gauge(
    { name: 'cache_bus_state', help: '1 for the state of the invalidation bus', labelNames: ['state'] },
    ({ redis }, emit) => {
      for (const state of BUS_STATES) emit(redis && Number(redis.bus === state), state);
    },
  );
  counts.counter(
    { name: 'cache_bus_messages_total', help: 'Invalidations received from other copies' },
    ({ redis }, emit) => emit(redis?.busMessages),
  );
  counts.counter(
    { name: 'cache_bus_garbage_total', help: 'Messages on the bus that could not be read' },
    ({ redis }, emit) => emit(redis?.busGarbage),
  );
  counts.counter({ name: 'cache_bus_losses_total', help: 'How often the subscription was lost' }, ({ redis }, emit) =>
    emit(redis?.busLosses),
  );
  counts.gauge(
    {
      name: 'cache_redis_missing',
      help: '1 for each thing that the cache needs of Redis and does not get',
      labelNames: ['what', 'severity'],
    },
    ({ redis }, emit) => {
      for (const { what, severity } of redis?.missing ?? []) emit(1, what, severity);
    },
  );
  counts.gauge({ name: 'cache_queued_recoveries', help: 'Changes that Redis has not got yet' }, ({ redis }, emit) =>
    emit(redis?.queuedRecoveries),
  );
}

function addSizes(counts: Counts): void {
  const labelNames = ['cache', 'tier'];
  counts.gauge(
    { name: 'cache_size_entries', help: 'Entries held', labelNames },
    namespaces(({ name, memory }, emit) => emit(memory.entries, name, MEMORY)),
  );
  counts.gauge(
    { name: 'cache_size_bytes', help: 'What entries take, overhead included', unit: 'bytes', labelNames },
    namespaces(({ name, memory }, emit) => emit(memory.bytes, name, MEMORY)),
  );
  counts.gauge(
    { name: 'cache_limit_bytes', help: 'What all entries of a tier may take', unit: 'bytes', labelNames: ['tier'] },
    ({ memory }, emit) => {
      if (memory.enabled) emit(memory.limitBytes, MEMORY);
    },
  );
}

function namespaces<E = Emit, C = Collection>(
  read: (one: NamespaceCounts, emit: E, collection: C) => void,
): (counts: CacheCounts, emit: E, collection: C) => void {
  return (counts, emit, collection) => {
    for (const one of counts.namespaces) read(one, emit, collection);
  };
}
