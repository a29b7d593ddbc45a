import { Injectable, type OnModuleInit, Optional } from '@nestjs/common';
import { CacheService } from '../../../cache/cache.service';
import type { CacheStats, NamespaceStats } from '../../../cache/cache.stats';
import type { Emit } from '../collected.metric';
import { MetricsRegistry } from '../metrics.registry';

const MEMORY = 'memory';

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
    this.size(this.cache);
  }

  private lookups(cache: CacheService): void {
    this.registry.counter(
      { name: 'cache_gets_total', help: 'Look-ups by result', labelNames: ['cache', 'tier', 'result'] },
      namespaces(cache, ({ name, memory }, emit) => {
        emit(memory.hits, name, MEMORY, 'hit');
        emit(memory.misses, name, MEMORY, 'miss');
      }),
    );
    this.registry.counter(
      { name: 'cache_puts_total', help: 'Entries stored', labelNames: ['cache', 'tier'] },
      namespaces(cache, ({ name, memory }, emit) => emit(memory.puts, name, MEMORY)),
    );
    this.registry.counter(
      { name: 'cache_evictions_total', help: 'Entries that left, by reason', labelNames: ['cache', 'tier', 'reason'] },
      namespaces(cache, ({ name, memory }, emit) => {
        for (const [reason, count] of Object.entries(memory.removals)) emit(count, name, MEMORY, reason);
      }),
    );
    this.registry.counter(
      { name: 'cache_refused_total', help: 'Entries too large to be stored', labelNames: ['cache', 'tier'] },
      namespaces(cache, ({ name, memory }, emit) => emit(memory.tooLarge, name, MEMORY)),
    );
  }

  private loads(cache: CacheService): void {
    const counter = (name: string, help: string, valueOf: (stats: NamespaceStats) => number) =>
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
    counter(
      'cache_load_time_seconds_total',
      'Time spent loading',
      ({ loadTime }) => (loadTime.meanMs * loadTime.count) / 1_000,
    );
    counter('cache_coalesced_total', 'Callers that waited for a load somebody else had begun', (s) => s.coalesced);
    counter('cache_stale_served_total', 'Look-ups answered with a value past its time to live', (s) => s.staleServed);
    counter('cache_fenced_total', 'Loaded values not stored because they were invalidated meanwhile', (s) => s.fenced);
    counter('cache_refreshes_ahead_total', 'Values renewed before they expired', (s) => s.refreshesAhead);
    counter('cache_backoffs_total', 'Calls answered with the error of a load that had just failed', (s) => s.backoffs);
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
        const { memory }: CacheStats = cache.stats();
        if (memory.enabled) emit(memory.limitBytes, MEMORY);
      },
    );
  }
}

function namespaces(cache: CacheService, read: (stats: NamespaceStats, emit: Emit) => void): (emit: Emit) => void {
  return (emit) => {
    for (const stats of cache.stats().namespaces) read(stats, emit);
  };
}
