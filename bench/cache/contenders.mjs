import { createRequire } from 'node:module';
import KeyvRedis from '@keyv/redis';
import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { redisDriver } from 'bentocache/drivers/redis';
import { createCache } from 'cache-manager';
import { Cacheable } from 'cacheable';
import { Keyv } from 'keyv';

const require = createRequire(import.meta.url);
const HOUR = 3_600_000;
const MAX_ITEMS = 200_000;

/** Each peer with memory only, as its documentation sets it up: `{ getOrSet, set, close }`. */
export const memoryPeers = {
  bentocache: () => {
    const bento = new BentoCache({
      default: 'main',
      stores: { main: bentostore({ ttl: HOUR }).useL1Layer(memoryDriver({ maxItems: MAX_ITEMS })) },
    });
    return bentoPeer(bento);
  },
  cacheable: () => cacheablePeer(new Cacheable({ ttl: HOUR })),
  'cache-manager': () => cacheManagerPeer(createCache({ ttl: HOUR })),
};

/** Each peer whose values come from Redis: `{ getOrSet, set, close }`. */
export const redisPeers = {
  bentocache: (url) => {
    const connection = redisDriver({
      connection: { ...new URL(url), host: '127.0.0.1', port: Number(new URL(url).port) },
    });
    return bentoPeer(
      new BentoCache({ default: 'main', stores: { main: bentostore({ ttl: HOUR }).useL2Layer(connection) } }),
    );
  },
  cacheable: (url) => cacheablePeer(new Cacheable({ ttl: HOUR, primary: new Keyv({ store: new KeyvRedis(url) }) })),
  'cache-manager': (url) =>
    cacheManagerPeer(createCache({ ttl: HOUR, stores: [new Keyv({ store: new KeyvRedis(url) })] })),
  'cache-manager-ioredis-yet': async (url) => {
    const { redisStore } = require('cache-manager-ioredis-yet');
    const store = await redisStore({ host: '127.0.0.1', port: Number(new URL(url).port), ttl: HOUR });
    return cacheManagerPeer(
      createCache({ ttl: HOUR, stores: [new Keyv({ store: asKeyvStore(store), ...PLAIN })] }),
      () => store.client.disconnect(),
    );
  },
};

/** A store for cache-manager 5 cannot be one of cache-manager 7; this is the least that makes Keyv take it. */
const PLAIN = { serialize: undefined, deserialize: undefined };
function asKeyvStore(store) {
  return {
    opts: {},
    on() {},
    get: (key) => store.get(key),
    set: (key, value, ttl) => store.set(key, value, ttl),
    delete: (key) => store.del(key),
    clear: () => store.reset(),
  };
}

function bentoPeer(bento) {
  return {
    getOrSet: (key, factory) => bento.getOrSet({ key, factory }),
    set: (key, value) => bento.set({ key, value }),
    close: () => bento.disconnectAll(),
  };
}

function cacheablePeer(cacheable) {
  return {
    getOrSet: (key, load) => cacheable.getOrSet(key, load),
    set: (key, value) => cacheable.set(key, value),
    close: () => cacheable.disconnect(),
  };
}

function cacheManagerPeer(manager, close = () => manager.disconnect()) {
  return { getOrSet: (key, load) => manager.wrap(key, load), set: (key, value) => manager.set(key, value), close };
}
