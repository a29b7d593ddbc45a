import type { PoolsModuleOptions } from './pools.options';
import { resolvePoolsOptions } from './pools-options-defaults';

const resolve = (options: unknown) => () => resolvePoolsOptions(options as PoolsModuleOptions);

describe('the options of PoolsModule', () => {
  it.each([
    [{}],
    [{ redis: undefined, postgres: { url: '' }, drainTimeoutMs: 5 }],
    [{ redis: { url: 'rediss://u:p@h:1/2', idleTimeoutMs: 5 }, http: { upstreams: {} } }],
    [{ redis: { url: '' }, qdrant: { url: 'http://a|https://b:1' } }],
    [{ postgres: { url: 'postgresql://u:p%40@h:1/db?sslmode=require' } }],
    [{ http: { upstreams: { userService: ['http://a:1/base', 'https://b'] } } }],
  ])('may be %j', (options) => {
    expect(resolve(options)).not.toThrow();
  });

  it.each([
    [{ reddis: {} }, /^Unknown option reddis: PoolsModule takes acquireTimeoutMs, .*redis, http, qdrant$/],
    [{ redis: { host: 'h', port: 1 } }, /^Unknown option redis\.host, redis\.port: redis takes url, maxConnections, /],
    [{ http: { toString: 1 } }, /^Unknown option http\.toString: http takes upstreams, /],
    [{ redis: 'redis://h' }, /^redis: expected an object; redis takes url, /],
    [
      { redis: { url: 'http://:secret@h' } },
      /^redis\.url \(REDIS_URL\): expected a URL that begins with redis:\/\/ or/,
    ],
    [{ redis: { url: 'redis://:secret@h:7901x' } }, /^redis\.url \(REDIS_URL\): .*host or port cannot be read/],
    [{ redis: { url: 'redis://:secret@h/abc' } }, /^redis\.url \(REDIS_URL\): .*number of a database/],
    [{ redis: { url: 6379 } }, /^redis\.url \(REDIS_URL\): expected a text/],
    [
      { postgres: { url: 'mysql://u:secret@h/db' } },
      /^postgres\.url \(POSTGRES_URL\): expected a URL that begins with postgres:\/\/ or postgresql:/,
    ],
    [
      { postgres: { url: 'postgres://u:se/cret@h:5432/db' } },
      /^postgres\.url \(POSTGRES_URL\): .*host or port cannot be read.*percent-encoded/,
    ],
    [{ postgres: { url: 'postgres://h:99999/db' } }, /^postgres\.url .*host or port cannot be read/],
    [{ http: { upstreams: 'users=http://a' } }, /^http\.upstreams \(HTTP_UPSTREAMS\): expected an object/],
    [{ http: { upstreams: { users: 'http://a' } } }, /^http\.upstreams\.users .*expected an array of URLs/],
    [{ http: { upstreams: { users: [] } } }, /^http\.upstreams\.users .*expected an array of URLs/],
    [{ http: { upstreams: { users: ['http://a', 'users:8080'] } } }, /^http\.upstreams\.users .*begins with http:/],
    [{ http: { upstreams: { 'a:b': ['http://a'] } } }, /^http\.upstreams\.a:b .*1 to 63 letters/],
    [{ qdrant: { url: 'http://a|b' } }, /^qdrant\.url \(QDRANT_URL\): expected a URL that begins with http:\/\//],
  ])('refuses %j with the field and what is allowed', (options, message) => {
    expect(resolve(options)).toThrow(message);
    expect(resolve(options)).not.toThrow(/secret/);
  });
});
