import type { EventPublisher } from '../cache-events';
import type { CacheTime } from '../cache-time';
import { CacheNamespaceLimitError } from '../cache.errors';
import type { ResolvedCacheOptions } from '../options/cache.options';
import type { HotKeys } from '../hot/hot-keys';
import { NAMESPACE_NAME } from './namespace-name';
import { MemoryTier } from '../memory/memory-tier';
import { NamespaceState } from './namespace-state';
import { checked } from '../options/option-checks';
import type { SharedNamespace } from '../tiers/shared-tier';
import type { ValueWarnings } from '../values/value-warnings';

const MAX_NAMESPACES = 256;

/** Every namespace of this process, made on first use. */
export class NamespaceRegistry {
  readonly memory: MemoryTier;
  private readonly states = new Map<string, NamespaceState>();

  constructor(
    private readonly options: ResolvedCacheOptions,
    private readonly time: CacheTime,
    private readonly warnings: ValueWarnings,
    private readonly sharedOf: (name: string) => SharedNamespace | undefined,
    hotKeys: HotKeys,
    private readonly events: EventPublisher,
  ) {
    this.memory = new MemoryTier(options.memoryLimitBytes, (namespace, key) => hotKeys.sampled(namespace, key), events);
  }

  /** The namespace of that name. Throws CacheOptionError for a bad name, CacheNamespaceLimitError for the 257th. */
  getOrCreate(name: string): NamespaceState {
    const known = this.states.get(name);
    if (known !== undefined) return known;
    checked('the name of a cache namespace', name, NAMESPACE_NAME);
    if (this.states.size >= MAX_NAMESPACES) throw new CacheNamespaceLimitError(name, MAX_NAMESPACES);
    const { options } = this;
    const state = new NamespaceState({
      name,
      time: this.time,
      memory: this.memory.segment(name, Number.POSITIVE_INFINITY),
      memoryEnabled: options.memory,
      shared: this.sharedOf(name),
      sharedTimeoutMs: options.redisTimeoutMs,
      lockTimeoutMs: options.lockTimeoutMs,
      failureBackoffMs: options.failureBackoffMs,
      classInstances: options.classInstances,
      warnings: this.warnings,
      events: this.events,
    });
    this.states.set(name, state);
    return state;
  }

  /** Invalidations may have been missed: memory is dropped, and everything is read from Redis again. */
  dropUnverified(): void {
    for (const state of this.states.values()) state.dropUnverified();
  }

  /** Removes entries that may not be served any more, one a step. */
  *purge(): Generator<boolean, void> {
    for (const { memory } of this.all()) yield* memory.purge(this.time.now());
  }

  get(name: string): NamespaceState | undefined {
    return this.states.get(name);
  }

  all(): readonly NamespaceState[] {
    return [...this.states.values()];
  }
}
