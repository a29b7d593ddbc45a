import type { GivenOptions, ResolvedOptions } from '../common/settings/setting';
import type { POOLS_SETTINGS } from './pools-settings';

/** The options of all pools with every default filled in, as the table of settings has them. */
export type PoolsOptions = ResolvedOptions<typeof POOLS_SETTINGS>;

export type PostgresPoolOptions = PoolsOptions['postgres'];
export type RedisPoolOptions = PoolsOptions['redis'];
export type HttpPoolOptions = PoolsOptions['http'];

/**
 * As given to `PoolsModule.forRoot`: what is left out has the service's defaults, and a pool without a URL is not
 * configured.
 */
export type PoolsModuleOptions = GivenOptions<typeof POOLS_SETTINGS>;
