import type { Cluster, Redis } from 'ioredis';

/** The two clients that the cache needs: a shared one for commands, and one that only subscribes. */
export interface RedisPort {
  readonly client: Redis | Cluster;
  readonly subscriber: Redis | Cluster;
}

/** The injection token of the port; undefined where Redis is not configured. */
export const CACHE_REDIS = Symbol('Redis of the cache');
