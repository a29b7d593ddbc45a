import { Inject, Injectable, Logger } from '@nestjs/common';
import { Clock } from '../common/clock';
import { CACHE_OPTIONS } from './cache.module-definition';
import { CacheNamespace } from './cache.namespace';
import { type CacheOptions, resolveCacheOptions, type ResolvedCacheOptions } from './cache.options';
import type { CacheStats } from './cache.stats';
import { CacheTime } from './cache.time';
import { DEFAULT_ENTRY_OPTIONS, type EntryOptions, resolveEntryOptions } from './entry.options';
import { NamespaceRegistry } from './namespace.registry';
import { namespaceStats } from './namespace.stats';
import { type ClassInstances, ClassInstanceWarnings } from './values/class-instance.policy';

export const DEFAULT_NAMESPACE = 'default';

export interface NamespaceOptions extends EntryOptions {
  /** How many entries of it memory keeps at most; the least recently used goes first. */
  readonly maxEntries?: number;
  readonly classInstances?: ClassInstances;
}

/**
 * The cache. Its own keys are those of the namespace `default`; `namespace()` gives others. Tags and `clear` called here
 * are those of all namespaces.
 */
@Injectable()
export class CacheService extends CacheNamespace {
  private readonly options: ResolvedCacheOptions;
  private readonly registry: NamespaceRegistry;

  constructor(@Inject(CACHE_OPTIONS) options: CacheOptions, clock: Clock) {
    const logger = new Logger('Cache');
    const resolved = resolveCacheOptions(options);
    const registry = new NamespaceRegistry(
      resolved,
      new CacheTime(clock),
      new ClassInstanceWarnings((message) => logger.warn(message)),
      () => undefined,
    );
    super(
      registry.obtain(DEFAULT_NAMESPACE),
      resolveEntryOptions({ ...resolved.defaults, ttlMs: resolved.ttlMs }, DEFAULT_ENTRY_OPTIONS),
    );
    this.options = resolved;
    this.registry = registry;
  }

  /** Keys of their own, with options their calls start from. Names come from a fixed set: there may be 256. */
  namespace(name: string, options: NamespaceOptions = {}): CacheNamespace {
    const state = this.registry.obtain(name, options.maxEntries, options.classInstances);
    return new CacheNamespace(state, resolveEntryOptions(options, this.defaults));
  }

  /** Invalidates everything, in every namespace, that carries one of the tags. */
  override async deleteByTags(tags: readonly string[]): Promise<number> {
    return this.everywhere((namespace) => namespace.deleteByTags(tags));
  }

  /** Removes everything of every namespace. */
  override async clear(): Promise<number> {
    return this.everywhere((namespace) => namespace.clear());
  }

  /** What happened so far and what there is now. */
  stats(): CacheStats {
    const { memory } = this.registry;
    return {
      memory: {
        enabled: this.options.memory,
        entries: memory.entries,
        bytes: memory.bytes,
        limitBytes: memory.limitBytes,
      },
      namespaces: this.registry.all().map(namespaceStats),
    };
  }

  private async everywhere(act: (namespace: CacheNamespace) => Promise<number>): Promise<number> {
    const removed = this.registry.all().map((state) => act(new CacheNamespace(state, this.defaults)));
    return (await Promise.all(removed)).reduce((sum, count) => sum + count, 0);
  }
}
