import { constants, PerformanceObserver } from 'node:perf_hooks';
import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { BucketCounts } from '../../../common/bucket-counts';
import { MetricsRegistry } from '../../registry/metrics-registry';

const BUCKETS_SECONDS: readonly number[] = [0.001, 0.01, 0.1, 1, 10];
const KINDS: ReadonlyMap<number, string> = new Map([
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weakcb'],
]);

/** Every garbage collection, by kind. */
@Injectable()
export class GcMetrics implements OnModuleInit, OnApplicationShutdown {
  private readonly byKind = new Map([...KINDS.values()].map((kind) => [kind, new BucketCounts(BUCKETS_SECONDS)]));
  private readonly observer = new PerformanceObserver((list) => {
    // One call may bring several collections.
    for (const entry of list.getEntries()) this.count(entry);
  });

  constructor(private readonly registry: MetricsRegistry) {}

  onModuleInit(): void {
    this.registry.histogram(
      {
        name: 'v8js_gc_duration_seconds',
        help: 'Garbage collections by kind',
        unit: 'seconds',
        labelNames: ['v8js_gc_type'],
      },
      BUCKETS_SECONDS,
      (emit) => {
        for (const [kind, counts] of this.byKind) emit(counts, kind);
      },
    );
    this.observer.observe({ entryTypes: ['gc'] });
  }

  onApplicationShutdown(): void {
    this.observer.disconnect();
  }

  private count({ duration, detail }: { duration: number; detail?: unknown }): void {
    const kind = KINDS.get((detail as { kind?: number } | undefined)?.kind ?? 0);
    if (kind !== undefined) this.byKind.get(kind)?.record(duration / 1_000);
  }
}
