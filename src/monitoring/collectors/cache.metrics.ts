import { Injectable, type OnModuleInit, Optional } from '@nestjs/common';
import { CacheService } from '../../cache/cache.service';
import type { CacheCounts } from '../../cache/stats/cache-stats';
import type { ReadonlyLatencyHistogram } from '../../common/latency-histogram';
import type { Emit } from '../registry/collected-metric';
import { LATENCY_BUCKETS_SECONDS, latencyReading } from '../registry/latency-reading';
import { MetricsRegistry } from '../registry/metrics-registry';

type NamespaceCounts = CacheCounts['namespaces'][number];

const MEMORY = 'memory';
const REDIS = 'redis';
const BREAKER_STATES = ['closed', 'half-open', 'open'] as const;
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
    this.lookups(this.cache);
    this.loads(this.cache);
    this.times(this.cache);
    this.size(this.cache);
    this.redis(this.cache);
  }

  private lookups(cache: CacheService): void {
    this.registry.counter(
      { name: 'cache_gets_total', help: 'Look-ups by result', labelNames: ['cache', 'tier', 'result'] },
      namespaces(cache, ({ name, memory, redis }, emit) => {
        emit(memory.hits, name, MEMORY, 'hit');
        emit(memory.misses, name, MEMORY, 'miss');
        emit(redis?.hits, name, REDIS, 'hit');
        emit(redis?.misses, name, REDIS, 'miss');
      }),
    );
    this.registry.counter(
      { name: 'cache_puts_total', help: 'Entries stored', labelNames: ['cache', 'tier'] },
      namespaces(cache, ({ name, memory, redis }, emit) => {
        emit(memory.puts, name, MEMORY);
        emit(redis?.puts, name, REDIS);
      }),
    );
    this.registry.counter(
      { name: 'cache_evictions_total', help: 'Entries that left, by reason', labelNames: ['cache', 'tier', 'reason'] },
      namespaces(cache, ({ name, memory }, emit) => {
        for (const [reason, count] of Object.entries(memory.removals)) emit(count, name, MEMORY, reason);
      }),
    );
    this.registry.counter(
      {
        name: 'cache_refused_total',
        help: 'Entries that were not stored: too large, or Redis did not take them',
        labelNames: ['cache', 'tier'],
      },
      namespaces(cache, ({ name, memory, redis }, emit) => {
        emit(memory.tooLarge, name, MEMORY);
        emit(redis?.refused, name, REDIS);
      }),
    );
  }

  private loads(cache: CacheService): void {
    const counter = (name: string, help: string, valueOf: (stats: NamespaceCounts) => number) =>
      this.registry.counter(
        { name, help, labelNames: ['cache'] },
        namespaces(cache, (stats, emit) => emit(valueOf(stats), stats.name)),
      );
    this.registry.counter(
      { name: 'cache_loads_total', help: 'Values loaded because they were missing', labelNames: ['cache', 'result'] },
      namespaces(cache, ({ name, loads, loadFailures }, emit) => {
        emit(loads - loadFailures, name, 'success');
        emit(loadFailures, name, 'failure');
      }),
    );
    counter('cache_coalesced_total', 'Callers that waited for a load somebody else had begun', (s) => s.coalesced);
    counter('cache_stale_served_total', 'Look-ups answered with a value past its time to live', (s) => s.staleServed);
    counter('cache_fenced_total', 'Loaded values not stored because they were invalidated meanwhile', (s) => s.fenced);
    counter('cache_refreshes_ahead_total', 'Values renewed before they expired', (s) => s.refreshesAhead);
    counter('cache_backoffs_total', 'Calls answered with the error of a load that had just failed', (s) => s.backoffs);
  }

  private times(cache: CacheService): void {
    const histogram = (
      name: string,
      help: string,
      valueOf: (one: NamespaceCounts) => ReadonlyLatencyHistogram | undefined,
    ) =>
      this.registry.histogram(
        { name, help, unit: 'seconds', labelNames: ['cache'] },
        LATENCY_BUCKETS_SECONDS,
        (emit) => {
          for (const one of cache.counts().namespaces) {
            const durations = valueOf(one);
            if (durations !== undefined) emit(latencyReading(durations), one.name);
          }
        },
      );
    histogram('cache_load_time_seconds', 'How long loads took', ({ loadTime }) => loadTime);
    histogram(
      'cache_lock_wait_time_seconds',
      'How long loads waited for another copy of the service',
      ({ redis }) => redis?.lockWaitTime,
    );
    this.registry.histogram(
      { name: 'cache_redis_latency_seconds', help: 'How long Redis took for one step of the cache', unit: 'seconds' },
      LATENCY_BUCKETS_SECONDS,
      (emit) => {
        const { redis } = cache.counts();
        if (redis !== undefined) emit(latencyReading(redis.latency));
      },
    );
  }

  private redis(cache: CacheService): void {
    const { registry } = this;
    registry.counter(
      {
        name: 'cache_lock_waits_total',
        help: 'Loads that waited for another copy of the service',
        labelNames: ['cache'],
      },
      namespaces(cache, ({ name, redis }, emit) => emit(redis?.lockWaits, name)),
    );
    registry.counter(
      { name: 'cache_undecodable_total', help: 'Entries of Redis that could not be read', labelNames: ['cache'] },
      namespaces(cache, ({ name, redis }, emit) => emit(redis?.undecodable, name)),
    );
    registry.gauge(
      { name: 'cache_breaker_state', help: '1 for the state of the breaker before Redis', labelNames: ['state'] },
      (emit) => {
        const { redis } = cache.counts();
        for (const state of BREAKER_STATES) emit(redis && Number(redis.breaker === state), state);
      },
    );
    registry.gauge(
      { name: 'cache_bus_state', help: '1 for the state of the invalidation bus', labelNames: ['state'] },
      (emit) => {
        const { redis } = cache.counts();
        for (const state of BUS_STATES) emit(redis && Number(redis.bus === state), state);
      },
    );
    registry.counter({ name: 'cache_bus_messages_total', help: 'Invalidations heard from other copies' }, (emit) =>
      emit(cache.counts().redis?.busMessages),
    );
    registry.counter({ name: 'cache_bus_garbage_total', help: 'Messages on the bus that could not be read' }, (emit) =>
      emit(cache.counts().redis?.busGarbage),
    );
    registry.counter({ name: 'cache_bus_losses_total', help: 'How often the subscription was lost' }, (emit) =>
      emit(cache.counts().redis?.busLosses),
    );
    registry.gauge({ name: 'cache_queued_recoveries', help: 'Changes that Redis has not got yet' }, (emit) =>
      emit(cache.counts().redis?.queuedRecoveries),
    );
  }

  private size(cache: CacheService): void {
    const labelNames = ['cache', 'tier'];
    this.registry.gauge(
      { name: 'cache_size_entries', help: 'Entries held', labelNames },
      namespaces(cache, ({ name, memory }, emit) => emit(memory.entries, name, MEMORY)),
    );
    this.registry.gauge(
      { name: 'cache_size_bytes', help: 'What entries take, overhead included', unit: 'bytes', labelNames },
      namespaces(cache, ({ name, memory }, emit) => emit(memory.bytes, name, MEMORY)),
    );
    this.registry.gauge(
      { name: 'cache_limit_bytes', help: 'What all entries of a tier may take', unit: 'bytes', labelNames: ['tier'] },
      (emit) => {
        const { memory } = cache.counts();
        if (memory.enabled) emit(memory.limitBytes, MEMORY);
      },
    );
  }
}

function namespaces(cache: CacheService, read: (stats: NamespaceCounts, emit: Emit) => void): (emit: Emit) => void {
  return (emit) => {
    for (const stats of cache.counts().namespaces) read(stats, emit);
  };
}
