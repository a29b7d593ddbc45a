import type { GivenOptions, ResolvedOptions } from '../common/settings/setting';
import type { POOLS_SETTINGS } from './pools-settings';

/** The options of all pools with every default filled in, as the table of settings has them. */
export type PoolsOptions = ResolvedOptions<typeof POOLS_SETTINGS>;

/** Of one pool, be it the one without a name or another. */
export type PostgresPoolOptions = Omit<PoolsOptions['postgres'], 'named' | 'tenants' | 'embeddedDataDir'>;
export type RedisPoolOptions = Omit<PoolsOptions['redis'], 'named'>;
export type QdrantPoolOptions = Omit<PoolsOptions['qdrant'], 'named'>;
export type HttpPoolOptions = PoolsOptions['http'];

/**
 * As given to `PoolsModule.forRoot`: what is left out has the service's defaults, and a pool without a URL is not
 * configured.
 */
export interface PoolsModuleOptions extends GivenOptions<typeof POOLS_SETTINGS> {}
