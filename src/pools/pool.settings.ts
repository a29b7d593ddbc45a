/** What the settings behind a pool's limits are called, so that an error can name the one to change. */
export interface PoolSettings {
  readonly url: string;
  readonly max: string;
  readonly acquireTimeout: string;
  readonly maxWaiting: string;
}

export const POSTGRES_SETTINGS: PoolSettings = {
  url: 'POSTGRES_URL',
  max: 'POSTGRES_MAX_SIZE',
  acquireTimeout: 'POOL_ACQUIRE_TIMEOUT_MS',
  maxWaiting: 'POOL_MAX_WAITING',
};

export const REDIS_SETTINGS: PoolSettings = {
  url: 'REDIS_URL',
  max: 'REDIS_MAX_CONNECTIONS',
  acquireTimeout: 'POOL_ACQUIRE_TIMEOUT_MS',
  maxWaiting: 'POOL_MAX_WAITING',
};

export const HTTP_SETTINGS: PoolSettings = {
  url: 'HTTP_UPSTREAMS',
  max: 'HTTP_MAX_CONNECTIONS',
  acquireTimeout: 'POOL_ACQUIRE_TIMEOUT_MS',
  maxWaiting: 'POOL_MAX_WAITING',
};

export const QDRANT_SETTINGS: PoolSettings = { ...HTTP_SETTINGS, url: 'QDRANT_URL' };
