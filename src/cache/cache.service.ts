import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit, Optional } from '@nestjs/common';
import { Clock } from '../common/clock';
import { CacheCore } from './cache-core';
import { CACHE_EVENT_NAMES, type CacheEventName, type CacheEvents } from './cache-events';
import { CACHE_OPTIONS } from './cache.module-definition';
import { CacheNamespace } from './cache-namespace';
import type { CacheOptions } from './options/cache.options';
import type { CacheCounts, CacheStats } from './stats/cache-stats';
import { cacheCounts, cacheStats } from './stats/cache-stats-read';
import { ENTRY_OPTION_RULES, type EntryOptions, resolveEntryOptions } from './options/entry.options';
import { CACHE_REDIS, type RedisPort } from './tiers/redis-port';
import { checked, checkOptions, COUNT, FUNCTION, oneOf } from './options/option-checks';
import { type Invalidated, type Invalidation, narrowest } from './options/invalidation';
import type { MissedChange } from './redis/recovery-journal';
import type { SharedChange, SharedNamespace } from './tiers/shared-tier';
import { CLASS_INSTANCES, type ClassInstances } from './options/class-instance-policy';

const DEFAULT_NAMESPACE = 'default';

export interface NamespaceOptions extends EntryOptions {
  /** How many of its entries memory keeps at most; the least recently used is evicted first. */
  readonly maxEntries?: number;
  /** What happens to instances of classes. Default: that of the whole cache. */
  readonly classInstances?: ClassInstances;
}

const NAMESPACE_OPTION_RULES = { ...ENTRY_OPTION_RULES, maxEntries: COUNT, classInstances: CLASS_INSTANCES };

/** The parts of a cache, for the files of this room and its tests; other rooms and applications do not get at them. */
export let coreOf: (cache: CacheService) => CacheCore;

/**
 * The cache. Keys used here are in the namespace `default`; `namespace()` gives other ones. Tags and `clear` called here
 * apply to all namespaces.
 */
@Injectable()
export class CacheService extends CacheNamespace implements OnModuleInit, OnApplicationShutdown {
  readonly #core: CacheCore;

  constructor(
    @Inject(CACHE_OPTIONS) options: CacheOptions,
    clock: Clock,
    @Optional() @Inject(CACHE_REDIS) redis?: RedisPort,
  ) {
    const core = new CacheCore(options, clock, redis);
    super(core.registry.getOrCreate(DEFAULT_NAMESPACE), core.defaults);
    this.#core = core;
  }

  static {
    coreOf = (cache) => cache.#core;
  }

  onModuleInit(): void {
    this.#core.redis?.start();
  }

  async onApplicationShutdown(): Promise<void> {
    this.#core.events.close();
    await this.#core.redis?.close();
  }

  /** A namespace with its own keys and default options. Names must come from a fixed set: at most 256 are allowed. */
  namespace(name: string, options: NamespaceOptions = {}): CacheNamespace {
    checkOptions(options, NAMESPACE_OPTION_RULES);
    const { maxEntries, classInstances, ...entry } = options;
    const state = this.#core.registry.getOrCreate(name);
    if (maxEntries !== undefined) state.memory.maxEntries = maxEntries;
    if (classInstances !== undefined) state.classInstances = classInstances;
    const defaults = resolveEntryOptions(entry, this.#core.defaults);
    this.#core.warnings.examine(`namespace ${name}`, options, defaults);
    return new CacheNamespace(state, defaults);
  }

  /**
   * The namespace of that name, if this or another process has used it. Rejects with CacheNamespaceUnknownError, or with
   * CacheTierUnavailableError if it is unknown here and Redis does not answer.
   */
  async existing(name: string): Promise<CacheNamespace> {
    await this.#core.requireNamespace(name);
    return this.namespace(name);
  }

  /** Tags and everything are those of every namespace, keys and a prefix those of `default`. */
  protected override async invalidateNow(what: Invalidation): Promise<Invalidated> {
    const { tags, all } = what;
    if (tags !== undefined) {
      const change = tags.map((key) => ({ kind: 'tag', key }) as const);
      return this.everywhere(what, (shared) => shared.deleteByTags(tags), change);
    }
    if (all === true) return this.everywhere(what, (shared) => shared.clear(), [{ kind: 'clear' }]);
    return super.invalidateNow(what);
  }

  /**
   * Calls the listener with every event of that name in this cache, until the returned function is called or the
   * application ends. Listeners are called at once, so they have to be quick, and must not throw. Throws CacheOptionError
   * for an unknown name.
   */
  on<E extends CacheEventName>(event: E, listener: (event: CacheEvents[E]) => void): () => void {
    checked('the event', event, oneOf(...CACHE_EVENT_NAMES));
    checked('the listener', listener, FUNCTION);
    const stop = this.#core.events.subscribe(event, listener);
    if (event === 'hit') this.#core.registry.memory.reportHits();
    return stop;
  }

  /** What happened so far and what there is now, with quantiles of the durations. */
  stats(): CacheStats {
    return cacheStats(this.#core);
  }

  /**
   * The same with the histograms themselves in place of quantiles, which are most of the work: for readers that read often,
   * or that export buckets. The histograms go on counting; the other figures are of now.
   */
  counts(): CacheCounts {
    return cacheCounts(this.#core);
  }

  /** Makes a change in all namespaces of this process at once, then in those that only other processes have used. */
  private async everywhere(
    what: Invalidation,
    elsewhere: (shared: SharedNamespace) => Promise<SharedChange>,
    change: readonly MissedChange[],
  ): Promise<Invalidated> {
    const { redis, registry } = this.#core;
    const states = registry.all();
    const here = states.map((state) => new CacheNamespace(state, this.#core.defaults).invalidate(what));
    const known = new Set(states.map(({ name }) => name));
    const applied = await redis?.changeInOtherNamespaces(change, elsewhere, (name) => known.has(name));
    // Namespaces first used in the meantime may have read values from before the change.
    for (const state of registry.all()) if (!known.has(state.name)) state.forgetAll();
    const done = await Promise.all(here);
    return {
      removed: done.reduce((sum, { removed }) => sum + removed, 0),
      scope: narrowest([...done.map(({ scope }) => scope), ...(applied === false ? ['queued' as const] : [])]),
    };
  }
}
