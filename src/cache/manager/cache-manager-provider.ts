import type { FactoryProvider } from '@nestjs/common';
import { CACHE_MANAGER } from '@nestjs/cache-manager';
import { type Cache, createCache } from 'cache-manager';
import { Keyv } from 'keyv';
import { CacheService, coreOf } from '../cache.service';
import { fencedWrap } from './fenced-wrap';
import { KeyvAdapter } from './keyv-adapter';
import { deserialize, serialize } from './manager-serializer';

const CACHE_MANAGER_NAMESPACE = 'cache-manager';

/** The cache-manager that `@Inject(CACHE_MANAGER)` and CacheInterceptor get; it uses both tiers of this cache. */
export const cacheManagerProvider: FactoryProvider<Cache> = {
  provide: CACHE_MANAGER,
  inject: [CacheService],
  useFactory: (cache: CacheService) => {
    const namespace = cache.namespace(CACHE_MANAGER_NAMESPACE, { classInstances: 'reference' });
    const store = new KeyvAdapter(namespace);
    const keyv = new Keyv({ store, useKeyPrefix: false, serialize, deserialize });
    // The one that Keyv would make cannot read what is kept by reference.
    keyv.iterator = () => store.entries();
    const { ttlMs } = coreOf(cache).options;
    const manager = createCache({ stores: [keyv], ttl: ttlMs });
    return { ...manager, wrap: fencedWrap(namespace, ttlMs) };
  },
};
