import { redisUrlProblem, urlProblem } from '../common/url-problem';
import { PoolsOptionsError } from './pools.errors';
import type {
  HttpPoolOptions,
  LeaseTuning,
  PoolsModuleOptions,
  PostgresPoolOptions,
  QdrantPoolOptions,
  RedisPoolOptions,
} from './pools.options';

/** Every name of a type's fields, as the compiler sees to. */
type NamesOf<T> = Record<keyof T, true>;

const LEASE_TUNING: NamesOf<LeaseTuning> = {
  idleTimeoutMs: true,
  maxLifetimeMs: true,
  validateAfterIdleMs: true,
  validationTimeoutMs: true,
  leakThresholdMs: true,
  maxConnecting: true,
  maintenanceIntervalMs: true,
  probeIntervalMs: true,
  probeTimeoutMs: true,
};
const POSTGRES: NamesOf<PostgresPoolOptions> = {
  url: true,
  embeddedDataDir: true,
  min: true,
  max: true,
  connectTimeoutMs: true,
  queryTimeoutMs: true,
  sessionReset: true,
  rideOutMs: true,
  ...LEASE_TUNING,
};
const REDIS: NamesOf<RedisPoolOptions> = {
  url: true,
  maxConnections: true,
  connectTimeoutMs: true,
  commandTimeoutMs: true,
  ...LEASE_TUNING,
};
const HTTP: NamesOf<HttpPoolOptions> = {
  upstreams: true,
  maxConnections: true,
  maxConnectionsPerOrigin: true,
  connectTimeoutMs: true,
  idleTimeoutMs: true,
  maxLifetimeMs: true,
  probeIntervalMs: true,
  probeTimeoutMs: true,
};
const QDRANT: NamesOf<QdrantPoolOptions> = { url: true, apiKey: true };
const POOLS = { postgres: POSTGRES, redis: REDIS, http: HTTP, qdrant: QDRANT };
const ALL: NamesOf<PoolsModuleOptions> = {
  acquireTimeoutMs: true,
  maxWaiting: true,
  drainTimeoutMs: true,
  postgres: true,
  redis: true,
  http: true,
  qdrant: true,
};

/**
 * Refuses what TypeScript would have refused, for options that come from elsewhere, and URLs that cannot be right.
 * @throws PoolsOptionsError naming the field and what is allowed
 */
export function checkPoolsOptions(given: PoolsModuleOptions): void {
  checkNames('', given, ALL);
  for (const [pool, names] of Object.entries(POOLS)) {
    const options = given[pool as keyof typeof POOLS];
    if (options !== undefined) checkNames(pool, options, names);
  }
  checkUrl('redis.url (REDIS_URL)', given.redis?.url, redisUrlProblem);
  for (const url of given.qdrant?.url?.split('|') ?? []) {
    checkUrl('qdrant.url (QDRANT_URL)', url, (text) => urlProblem(text, ['http', 'https']));
  }
}

function checkNames(path: string, options: unknown, names: Readonly<Record<string, true>>): void {
  const of = path === '' ? 'PoolsModule' : path;
  const allowed = `${of} takes ${Object.keys(names).join(', ')}`;
  if (typeof options !== 'object' || options === null) {
    throw new PoolsOptionsError(`${of}: expected an object; ${allowed}`);
  }
  const unknown = Object.keys(options).filter((name) => !Object.hasOwn(names, name));
  if (unknown.length === 0) return;
  const fields = unknown.map((name) => (path === '' ? name : `${path}.${name}`));
  throw new PoolsOptionsError(`Unknown option ${fields.join(', ')}: ${allowed}`);
}

function checkUrl(field: string, url: string | undefined, problemOf: (url: string) => string | undefined): void {
  const problem = url === undefined || url === '' ? undefined : problemOf(url);
  if (problem !== undefined) throw new PoolsOptionsError(`${field}: ${problem}`);
}
