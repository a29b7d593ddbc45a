import { redisUrlProblem, urlProblem, urlsProblem } from '../common/url-problem';
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
  checkUrl('postgres.url (POSTGRES_URL)', given.postgres?.url, (url) => urlProblem(url, ['postgres', 'postgresql']));
  checkUrl('redis.url (REDIS_URL)', given.redis?.url, redisUrlProblem);
  checkUrl('qdrant.url (QDRANT_URL)', given.qdrant?.url, (urls) => urlsProblem(urls, ['http', 'https']));
  if (given.http?.upstreams !== undefined) checkUpstreams(given.http.upstreams);
}

function checkUpstreams(upstreams: unknown): void {
  if (typeof upstreams !== 'object' || upstreams === null) {
    throw new PoolsOptionsError('http.upstreams (HTTP_UPSTREAMS): expected an object of names with their URLs');
  }
  for (const [name, urls] of Object.entries(upstreams)) {
    const field = `http.upstreams.${name} (HTTP_UPSTREAMS)`;
    // What stands before the first colon of a request's URL, as in `users:/42`.
    if (!/^[\w.-]{1,63}$/.test(name)) {
      throw new PoolsOptionsError(`${field}: expected a name of 1 to 63 letters, digits, dots, dashes or underscores`);
    }
    if (!Array.isArray(urls) || urls.length === 0) throw new PoolsOptionsError(`${field}: expected an array of URLs`);
    for (const url of urls) checkText(field, url, (text) => urlProblem(text, ['http', 'https']));
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

/** An empty one is none: that is what an empty variable comes in as. */
function checkUrl(field: string, url: unknown, problemOf: (url: string) => string | undefined): void {
  if (url !== undefined && url !== '') checkText(field, url, problemOf);
}

function checkText(field: string, text: unknown, problemOf: (text: string) => string | undefined): void {
  const problem = typeof text === 'string' ? problemOf(text) : 'expected a text';
  if (problem !== undefined) throw new PoolsOptionsError(`${field}: ${problem}`);
}
