/** What the variables behind a pool's limits are called, so that an error can name the one to change. */
export interface SettingNames {
  readonly url: string;
  readonly max: string;
  readonly acquireTimeout: string;
  readonly maxWaiting: string;
}

const OF_EVERY_POOL = { acquireTimeout: 'POOL_ACQUIRE_TIMEOUT_MS', maxWaiting: 'POOL_MAX_WAITING' };

export const POSTGRES_SETTING_NAMES: SettingNames = { url: 'POSTGRES_URL', max: 'POSTGRES_MAX_SIZE', ...OF_EVERY_POOL };
export const REDIS_SETTING_NAMES: SettingNames = { url: 'REDIS_URL', max: 'REDIS_MAX_CONNECTIONS', ...OF_EVERY_POOL };
export const HTTP_SETTING_NAMES: SettingNames = {
  url: 'HTTP_UPSTREAMS',
  max: 'HTTP_MAX_CONNECTIONS',
  ...OF_EVERY_POOL,
};
export const QDRANT_SETTING_NAMES: SettingNames = { ...HTTP_SETTING_NAMES, url: 'QDRANT_URL' };
