import { PoolsOptionsError } from './pools.errors';
import type { PoolsModuleOptions } from './pools.options';
import { resolvePoolsOptions } from './pools-options-defaults';
import { POOLS_VARIABLES } from './pools-settings';

const resolve = (options: unknown) => () => resolvePoolsOptions(options as PoolsModuleOptions);

describe('the options of PoolsModule', () => {
  it.each([
    [{}],
    [{ redis: undefined, postgres: { url: '' }, drainTimeoutMs: 5 }],
    [{ redis: { url: 'rediss://u:p@h:1/2', idleTimeoutMs: 5 }, http: { upstreams: {} } }],
    [{ redis: { url: '' }, qdrant: { url: 'http://a|https://b:1' } }],
    [{ postgres: { url: 'postgresql://u:p%40@h:1/db?sslmode=require' } }],
    [{ http: { breaker: false, upstreams: { users: { urls: ['http://a:1'], breaker: { failureRatio: 1 } } } } }],
    [{ http: { upstreams: { userService: ['http://a:1/base', 'https://b'] } } }],
  ])('may be %j', (options) => {
    expect(resolve(options)).not.toThrow();
  });

  it.each([
    [{ reddis: {} }, /: there is no option reddis; there are postgres, redis, http, qdrant, acquireTimeoutMs, /],
    [
      { redis: { host: 'h', port: 1 } },
      /: there is no option redis\.host, redis\.port; there are url, maxConnections, /,
    ],
    [{ http: { toString: 1 } }, /: there is no option http\.toString; there are upstreams, /],
    [{ redis: 'redis://h' }, /: redis must be an object, not 'redis:\/\/h'$/],
    [{ redis: { url: 'http://:secret@h' } }, /: redis\.url must be a URL that begins with redis:\/\/ or/],
    [{ redis: { url: 'redis://:secret@h:7901x' } }, /: redis\.url must be .*host or port cannot be read/],
    [{ redis: { url: 'redis://:secret@h/abc' } }, /: redis\.url must be .*number of a database/],
    [{ redis: { url: 6379 } }, /: redis\.url must be a text$/],
    [
      { postgres: { url: 'mysql://u:secret@h/db' } },
      /: postgres\.url must be a URL that begins with postgres:\/\/ or postgresql:/,
    ],
    [
      { postgres: { url: 'postgres://u:se/cret@h:5432/db' } },
      /: postgres\.url must be .*host or port cannot be read.*percent-encoded/,
    ],
    [{ postgres: { url: 'postgres://h:99999/db' } }, /: postgres\.url must be .*host or port cannot be read/],
    [{ http: { upstreams: 'users=http://a' } }, /: http\.upstreams must be an object/],
    [{ http: { upstreams: { users: 'http://a' } } }, /: http\.upstreams\.users must be an array of URLs/],
    [{ http: { upstreams: { users: ['http://u:p@a'] } } }, /: http\.upstreams\.users .*without a user and a password/],
    [{ redis: { ca: '/etc/ssl/ca.pem' } }, /: redis\.ca must be a text in PEM with a CERTIFICATE, not '\/etc\/ssl/],
    [{ qdrant: { key: 'hunter2' } }, /: qdrant\.key must be a text in PEM with a PRIVATE KEY$/],
    [{ http: { upstreams: { users: [] } } }, /: http\.upstreams\.users must be an array of URLs/],
    [{ http: { upstreams: { users: ['http://a', 'users:8080'] } } }, /: http\.upstreams\.users .*begins with http:/],
    [{ http: { upstreams: { users: { urls: [] } } } }, /: http\.upstreams\.users\.urls must be an array of URLs/],
    [
      { http: { upstreams: { users: { urls: ['http://a'], breaker: { openShare: 2 } } } } },
      /: http\.upstreams\.users\.breaker\.openShare must be a number between 0 and 1$/,
    ],
    [{ http: { breaker: true } }, /: http\.breaker must be false or an object of failureRatio, .*, not true$/],
    [
      { http: { breaker: { minRequests: 0 } } },
      /: http\.breaker\.minRequests must be a whole number from 1 .*, not 0$/,
    ],
    [{ http: { breaker: { ratio: 1 } } }, /: http\.breaker\.ratio must be one of the options failureRatio, /],
    [{ http: { upstreams: { 'a:b': ['http://a'] } } }, /: http\.upstreams\.a:b must be .*1 to 63 letters/],
    [{ qdrant: { url: 'http://a|b' } }, /: qdrant\.url must be a URL that begins with http:\/\//],
    [{ qdrant: { apiKey: Symbol('secret') } }, /: qdrant\.apiKey must be a text$/],
    [{ maxWaiting: -1 }, /: maxWaiting must be a whole number from 0 to 1000000, not -1$/],
    [{ acquireTimeoutMs: '5s' }, /: acquireTimeoutMs must be a whole number from 1 to 2147483647, not '5s'$/],
    [{ postgres: { max: Number.NaN } }, /: postgres\.max must be a whole number from 1 to 1000, not NaN$/],
    [{ postgres: { min: 30 } }, /: postgres\.min must be at most postgres\.max, 20, not 30$/],
    [
      { http: { maxConnections: 5, maxConnectionsPerOrigin: 6 } },
      /maxConnectionsPerOrigin must be at most .* 5, not 6$/,
    ],
    [
      { postgres: { sessionReset: 'never' } },
      /: postgres\.sessionReset must be one of when-changed, always, not 'never'$/,
    ],
    [
      { maxWaiting: -1, reddis: {}, redis: { maxConnections: 0 } },
      /^PoolsModule\.forRoot\(\) has 3 problems:\n {2}there is no option reddis; .*\n {2}redis\.maxConnections .*\n {2}maxWaiting /,
    ],
  ])('refuses %j with the path, the value and what is allowed', (options, message) => {
    expect(resolve(options)).toThrow(PoolsOptionsError);
    expect(resolve(options)).toThrow(message);
    expect(resolve(options)).not.toThrow(/secret/);
  });

  it('has defaults that fit what is given', () => {
    expect(resolvePoolsOptions({ postgres: { max: 3 } }).postgres).toMatchObject({ min: 3, max: 3 });
    expect(resolvePoolsOptions({ http: { maxConnections: 7 } }).http.maxConnectionsPerOrigin).toBe(7);
  });

  it('take what is undefined for left out', () => {
    const given = { redis: { maxConnections: undefined, url: '' }, maxWaiting: undefined };
    expect(resolvePoolsOptions(given)).toEqual(resolvePoolsOptions({}));
    expect('idleTimeoutMs' in resolvePoolsOptions({ redis: { idleTimeoutMs: undefined } }).redis).toBe(false);
  });

  it('have a name in the environment, for messages that say which variable to change', () => {
    expect(POOLS_VARIABLES).toMatchObject({
      'postgres.url': 'POSTGRES_URL',
      'postgres.embeddedDataDir': 'DATA_DIR',
      'http.maxConnectionsPerOrigin': 'HTTP_MAX_CONNECTIONS_PER_ORIGIN',
      acquireTimeoutMs: 'POOL_ACQUIRE_TIMEOUT_MS',
      drainTimeoutMs: 'SHUTDOWN_TIMEOUT_MS',
    });
    expect(POOLS_VARIABLES['redis.idleTimeoutMs']).toBeUndefined();
  });
});
