import { Logger } from '@nestjs/common';
import type { Clock } from '../common/clock';
import { type CacheOptions, resolveCacheOptions, type ResolvedCacheOptions } from './options/cache.options';
import { CacheNamespaceUnknownError } from './cache.errors';
import { EventPublisher } from './cache-events';
import { CacheTime } from './cache-time';
import { DEFAULT_ENTRY_OPTIONS, type ResolvedEntryOptions, resolveEntryOptions } from './options/entry.options';
import { NamespaceRegistry } from './namespace/namespace-registry';
import { HotKeys } from './hot/hot-keys';
import { OptionWarnings } from './options/option-warnings';
import type { BusMessage } from './redis/bus-message';
import type { RedisPort } from './tiers/redis-port';
import { RedisTier } from './redis/redis-tier';
import { ValueWarnings } from './values/value-warnings';

/** Makes and joins the parts of one cache: the namespaces, their memory and, if there is one, the tier in Redis. */
export class CacheCore {
  readonly options: ResolvedCacheOptions;
  /** The options that every call starts from. */
  readonly defaults: ResolvedEntryOptions;
  readonly time: CacheTime;
  readonly hotKeys = new HotKeys();
  readonly events = new EventPublisher();
  readonly registry: NamespaceRegistry;
  readonly redis: RedisTier | undefined;
  readonly warnings: OptionWarnings;

  constructor(options: CacheOptions, clock: Clock, port: RedisPort | undefined) {
    const logger = new Logger('Cache');
    this.options = resolveCacheOptions(options);
    const { defaults, ttlMs, memory } = this.options;
    this.defaults = resolveEntryOptions({ ...defaults, ttlMs }, DEFAULT_ENTRY_OPTIONS);
    this.time = new CacheTime(clock);
    const hooks = {
      onMessage: (message: BusMessage) => this.applyInvalidation(message),
      onMessagesLost: () => {
        const dropped = this.registry.memory.entries;
        this.registry.dropUnverified();
        if (dropped > 0)
          logger.warn(`${dropped} entries of memory are dropped: invalidations of them may have been missed`);
      },
      warn: (message: string) => logger.warn(message),
      events: this.events,
    };
    if (port !== undefined && options.prefix === undefined && this.options.redis) {
      logger.log(
        `keys in Redis begin with ${this.options.prefix}; set prefix where several packages are one application`,
      );
    }
    this.redis =
      port !== undefined && this.options.redis ? new RedisTier(port, this.options, this.time, clock, hooks) : undefined;
    this.registry = new NamespaceRegistry(
      this.options,
      this.time,
      new ValueWarnings((message) => logger.warn(message)),
      (name) => this.redis?.namespace(name),
      this.hotKeys,
      this.events,
    );
    this.warnings = new OptionWarnings({ memory, redis: this.redis !== undefined }, (message) => logger.warn(message));
    // Calls may set a staleMs themselves, so that its absence here is no mistake.
    const effective = { ...this.defaults, staleMs: defaults.staleMs ?? Number.POSITIVE_INFINITY };
    this.warnings.examine('CacheModule.forRoot(), defaults', defaults, effective);
  }

  /**
   * Rejects with CacheNamespaceUnknownError unless this or another process has used the namespace, and with
   * CacheTierUnavailableError if it is unknown here and Redis does not answer.
   */
  async requireNamespace(name: string): Promise<void> {
    const { redis, registry } = this;
    if (registry.get(name) !== undefined || (await redis?.namespaceList.has(name)) === true) return;
    const known = registry.all().map((state) => state.name);
    throw new CacheNamespaceUnknownError(name, known.toSorted());
  }

  /** Applies an invalidation of another process to memory and to loads under way. */
  private applyInvalidation({ namespace, kind, names }: BusMessage): void {
    const state = this.registry.get(namespace);
    if (state === undefined) return;
    if (kind !== 'wake') {
      const ofKeys = kind === 'delete' || kind === 'expire';
      state.tellInvalidated(ofKeys ? names : [], kind === 'tag' ? names : [], 'elsewhere');
    }
    switch (kind) {
      case 'delete':
        for (const key of names) state.forgetKey(key);
        break;
      case 'expire':
        for (const key of names) state.expireKey(key);
        break;
      case 'tag':
        for (const tag of names) void state.forgetTag(tag);
        break;
      case 'prefix':
        for (const prefix of names) state.forgetPrefix(prefix);
        break;
      case 'clear':
        state.forgetAll();
        break;
      case 'wake':
        break;
    }
  }
}
