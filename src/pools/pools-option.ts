import { optionName } from '../common/settings/option-names';
import type { OptionPath } from '../common/settings/setting';
import type { PoolRecords } from './pool-records';
import type { POOLS_SETTINGS } from './pools-settings';

/** Where an option of `PoolsModule.forRoot` stands: `maxWaiting`, `postgres.url`. */
export type PoolsOptionPath = OptionPath<typeof POOLS_SETTINGS> | `${NamedKind}.named.${string}.${string}`;

/** The kinds of pool of which there can be several, by name. */
export type NamedKind = 'postgres' | 'redis' | 'qdrant';

/** The pools there always are. */
export const POOL_NAMES = ['postgres', 'redis', 'http', 'qdrant'] as const;

/** The name of an option, for a message that says what to change. */
export const poolsOption = (path: PoolsOptionPath): string => optionName('PoolsModule', path);

/** The options behind the limits of one pool, so that an error can name the one to change. */
export interface LimitOptions {
  readonly url: PoolsOptionPath;
  readonly max: PoolsOptionPath;
}

/** What a pool is called, and where its options stand. */
export interface PoolIdentity {
  readonly name: string;
  /** `postgres`, or `postgres.named.reports`. */
  readonly path: string;
  readonly limits: LimitOptions;
  /** Where it counts, if not for itself alone. */
  readonly records?: PoolRecords;
}

export const POSTGRES_POOL: PoolIdentity = {
  name: 'postgres',
  path: 'postgres',
  limits: { url: 'postgres.url', max: 'postgres.max' },
};
/** Of all tenants together. */
export const TENANTS_POOL: PoolIdentity = {
  name: 'tenants',
  path: 'postgres.tenants',
  limits: { url: 'postgres.tenants.options', max: 'postgres.tenants.maxConnections' },
};
export const REDIS_POOL: PoolIdentity = {
  name: 'redis',
  path: 'redis',
  limits: { url: 'redis.url', max: 'redis.maxConnections' },
};
export const HTTP_POOL: PoolIdentity = {
  name: 'http',
  path: 'http',
  limits: { url: 'http.upstreams', max: 'http.maxConnections' },
};
export const QDRANT_POOL: PoolIdentity = {
  name: 'qdrant',
  path: 'qdrant',
  limits: { url: 'qdrant.url', max: 'http.maxConnections' },
};

/** Of a pool with a name of its own, whose options stand in `named`. */
export function namedPool(kind: NamedKind, name: string): PoolIdentity {
  const path = `${kind}.named.${name}` as const;
  return {
    name,
    path,
    limits: { url: `${path}.url`, max: `${path}.${kind === 'postgres' ? 'max' : 'maxConnections'}` },
  };
}
