import type { FactoryProvider } from '@nestjs/common';
import type { Cache } from 'cache-manager';
import { CacheService, coreOf } from '../cache.service';
import { cacheManagerPackages } from './cache-manager-packages';
import { fencedWrap } from './fenced-wrap';
import { KeyvAdapter } from './keyv-adapter';
import { deserialize, serialize } from './manager-serializer';

const CACHE_MANAGER_NAMESPACE = 'cache-manager';

/**
 * The cache-manager that `@Inject(CACHE_MANAGER)` and CacheInterceptor get, where the application has their packages; it
 * uses both tiers of this cache.
 */
export const cacheManagerProviders: FactoryProvider<Cache>[] =
  cacheManagerPackages === undefined ? [] : [cacheManagerProvider(cacheManagerPackages)];

function cacheManagerProvider({ nest, Keyv, createCache }: NonNullable<typeof cacheManagerPackages>) {
  return {
    provide: nest.CACHE_MANAGER,
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
}
