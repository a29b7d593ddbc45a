import { Injectable } from '@nestjs/common';
import { CacheEntryUnknownError, CacheTierMissingError } from '../cache.errors';
import { CacheService, coreOf } from '../cache.service';
import type { CacheTierName } from '../options/entry.options';
import type { NamespaceState } from '../namespace/namespace-state';
import type { RedisTier } from '../redis/redis-tier';
import type { HotKey } from '../hot/hot-keys';
import type { EntryFacts, EntryPage } from './entry-facts';
import { memoryEntry, memoryPage, memoryValue } from './memory-inspection';
import { redisEntry, redisPage } from './redis-inspection';

export interface PageRequest {
  readonly namespace: string;
  readonly tier: CacheTierName;
  readonly prefix: string;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Shows entries without counting as a use of them. */
@Injectable()
export class CacheInspection {
  constructor(private readonly cache: CacheService) {}

  /** A page of entries. Rejects with CacheNamespaceUnknownError, CacheTierMissingError, or CacheTierUnavailableError if Redis does not answer. */
  async page({ namespace, tier, prefix, limit, cursor }: PageRequest): Promise<EntryPage> {
    await coreOf(this.cache).requireNamespace(namespace);
    if (tier === 'redis') return redisPage(this.redis(), namespace, prefix, limit, cursor);
    const state = this.state(namespace);
    return state ? memoryPage(state, prefix, limit, Number(cursor ?? 0)) : { entries: [], cursor: undefined };
  }

  /** One entry, with its value if `withValue` is true. Rejects as `page` does, and with CacheEntryUnknownError. */
  async entry(
    namespace: string,
    tier: CacheTierName,
    key: string,
    withValue: boolean,
  ): Promise<EntryFacts & { readonly value?: unknown }> {
    await coreOf(this.cache).requireNamespace(namespace);
    if (tier === 'redis') {
      const found = await redisEntry(this.redis(), namespace, key);
      if (found === undefined) throw new CacheEntryUnknownError(key);
      const { value, ...facts } = found;
      return withValue ? { ...facts, value } : facts;
    }
    const state = this.state(namespace);
    const facts = state && memoryEntry(state, key);
    if (state === undefined || facts === undefined) throw new CacheEntryUnknownError(key);
    return withValue ? { ...facts, value: memoryValue(state, key) } : facts;
  }

  /** The keys with the most hits in memory of late, at most `limit`, the hottest first. */
  hottest(limit: number): readonly HotKey[] {
    return coreOf(this.cache).hotKeys.top(limit);
  }

  private state(namespace: string): NamespaceState | undefined {
    return coreOf(this.cache).registry.get(namespace);
  }

  private redis(): RedisTier {
    const { redis } = coreOf(this.cache);
    if (redis === undefined) throw new CacheTierMissingError();
    return redis;
  }
}
