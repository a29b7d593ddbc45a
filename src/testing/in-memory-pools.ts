import { type Clock, SystemClock } from '../common/clock';
import type { HttpRequestOptions } from '../pools/http/http.options';
import { HttpResponse } from '../pools/http/http-response';
import type { Pools } from '../pools/pools.service';
import { InMemoryRedis } from './in-memory-redis';

/** What `request` answers: an object or list is sent as JSON. */
export interface InMemoryResponse {
  /** Default 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | object;
}

export interface InMemoryPoolsOptions {
  /** The rows of a statement; `pool` is the name of the pool. Without it every statement has none. */
  readonly query?: (
    text: string,
    values: readonly unknown[],
    pool: string,
  ) => readonly object[] | Promise<readonly object[]>;
  /** The answer to an HTTP request. Without it every request is refused. */
  readonly request?: (url: string, options: HttpRequestOptions) => InMemoryResponse | Promise<InMemoryResponse>;
  /** What keys of Redis expire by. Default: the clock of the machine. */
  readonly clock?: Clock;
}

/**
 * Pools without servers, for `overrideProvider(Pools).useValue(inMemoryPools())`: `postgres` asks `query`, also in
 * transactions, which roll nothing back; `redis` keeps texts in a map; `http` asks `request`. PoolsModule opens no
 * connection then. What else the pools have throws, with its name.
 */
export function inMemoryPools({ query, request, clock = new SystemClock() }: InMemoryPoolsOptions = {}): Pools {
  const pools = {
    postgres: callable('postgres', (pool) => postgresPart(pool, query ?? (() => []))),
    redis: callable('redis', () => redisPart(clock)),
    http: strict('http', { configured: true, state: 'up', request: requestBy(request) }),
    qdrant: callable('qdrant', () => ({ configured: false, state: 'not_configured' })),
    tenants: strict('tenants', {
      configured: true,
      use: (tenant: string, work: (postgres: object) => unknown) => work(strict('tenants', postgresPart(tenant, query ?? (() => [])))), // prettier-ignore
    }),
  };
  return pools as unknown as Pools;
}

function postgresPart(pool: string, rowsOf: NonNullable<InMemoryPoolsOptions['query']>) {
  const query = async (
    statement: string | { text: string; values?: readonly unknown[] },
    given?: readonly unknown[],
  ) => {
    const [text, values = []] = typeof statement === 'string' ? [statement, given] : [statement.text, statement.values];
    const rows = await rowsOf(text, values, pool);
    return { rows, rowCount: rows.length, command: text.trim().split(/\s/, 1)[0]!.toUpperCase(), fields: [], oid: 0 };
  };
  const client = strict('client of postgres', { query });
  const use = async (work: (client: object) => unknown) => work(client);
  return { name: pool, configured: true, state: 'up', query, use, transaction: use };
}

function redisPart(clock: Clock) {
  const client = strict('client of redis', new InMemoryRedis(clock));
  // The cache has a tier in Redis only where it is configured; in a test it is in memory alone.
  return { configured: false, state: 'up', client, use: async (work: (client: object) => unknown) => work(client) };
}

function requestBy(answer: InMemoryPoolsOptions['request']) {
  return async (target: string | URL, options: HttpRequestOptions = {}): Promise<HttpResponse> => {
    const url = String(target);
    if (answer === undefined) throw new Error(`inMemoryPools() has no answer to ${url}: give it { request }`);
    const { status = 200, headers = {}, body = '' } = await answer(url, options);
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return new HttpResponse(status, headers, Buffer.from(text), URL.canParse(url) ? new URL(url).origin : url, url);
  };
}

/** The pool without a name, which gives those with one when it is called. */
function callable(kind: string, make: (pool: string) => object): object {
  const named = new Map<string, object>();
  const byName = (name: string): object => {
    const pool = named.get(name) ?? strict(kind, make(name));
    named.set(name, pool);
    return pool;
  };
  return new Proxy(byName, { get: (_target, member) => Reflect.get(byName(kind), member) as unknown });
}

/** What is not there throws, with its name, instead of being undefined. */
function strict<T extends object>(name: string, parts: T): T {
  return new Proxy(parts, {
    get: (target, member, receiver) => {
      if (member in target || typeof member === 'symbol' || member === 'then') {
        const value: unknown = Reflect.get(target, member, receiver);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      }
      throw new Error(`inMemoryPools() has no ${name}.${member}; test this with a server, or put a stub there`);
    },
    has: (target, member) => member in target,
  });
}
