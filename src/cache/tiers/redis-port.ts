import type { Cluster, Redis } from 'ioredis';

/** What the cache needs of Redis: a shared client for commands, and one that only subscribes. */
export interface RedisPort {
  readonly client: Redis | Cluster;
  readonly subscriber: Redis | Cluster;
}

/** The injection token of the port; undefined where Redis is not configured. */
export const CACHE_REDIS = Symbol('Redis of the cache');

/** Each server that holds a part of the keys: SCAN knows only its own. */
export function nodesOf(client: Redis | Cluster): readonly Redis[] {
  return client.isCluster ? (client as Cluster).nodes('master') : [client as Redis];
}
