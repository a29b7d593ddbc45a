import { optionName } from '../common/settings/option-names';
import type { OptionPath } from '../common/settings/setting';
import type { POOLS_SETTINGS } from './pools-settings';

/** Where an option of `PoolsModule.forRoot` stands: `maxWaiting`, `postgres.url`. */
export type PoolsOptionPath = OptionPath<typeof POOLS_SETTINGS>;

/** The name of an option, for a message that says what to change. */
export const poolsOption = (path: PoolsOptionPath): string => optionName('PoolsModule', path);

/** The options behind the limits of one pool, so that an error can name the one to change. */
export interface LimitOptions {
  readonly url: PoolsOptionPath;
  readonly max: PoolsOptionPath;
}

export const POSTGRES_LIMITS: LimitOptions = { url: 'postgres.url', max: 'postgres.max' };
export const REDIS_LIMITS: LimitOptions = { url: 'redis.url', max: 'redis.maxConnections' };
export const HTTP_LIMITS: LimitOptions = { url: 'http.upstreams', max: 'http.maxConnections' };
export const QDRANT_LIMITS: LimitOptions = { url: 'qdrant.url', max: 'http.maxConnections' };
