import { misspeltVariables } from './misspelt-variables';

describe('misspeltVariables', () => {
  it('finds what was meant', () => {
    expect(misspeltVariables({ REDIS_ULR: 'x', POSTGRES_MAX_SIZ: '3', REDIS_URL: 'y' })).toEqual([
      { name: 'REDIS_ULR', meant: ['REDIS_URL'] },
      { name: 'POSTGRES_MAX_SIZ', meant: ['POSTGRES_MAX_SIZE'] },
    ]);
  });

  it('leaves the rest of an environment alone', () => {
    expect(
      misspeltVariables({
        PATH: '/bin',
        HOME: '/root',
        POST: '1',
        NODE_OPTIONS: 'x',
        HTTP_PROXY: 'x',
        HTTPS_PROXY: 'x',
        https_proxy: 'y',
        all_proxy: 'y',
        LOG_FORMAT: 'x',
        REDIS: 'x',
        RATE: 'x',
        npm_config_cache: 'y',
      }),
    ).toEqual([]);
  });

  it('names all that begin with the same word where none is near', () => {
    const ofRedis = ['REDIS_URL', 'REDIS_MAX_CONNECTIONS', 'REDIS_CA_FILE', 'REDIS_CERT_FILE', 'REDIS_KEY_FILE', 'REDIS_TLS_SERVER_NAME', 'REDIS_NAMED']; // prettier-ignore
    expect(misspeltVariables({ REDIS_HOST: 'x', REDIS_PORT: '6379', CACHE_TTL: '5' })).toEqual([
      { name: 'REDIS_HOST', meant: ofRedis },
      { name: 'REDIS_PORT', meant: ofRedis },
      {
        name: 'CACHE_TTL',
        meant: ['CACHE_TTL_SECONDS', 'CACHE_MEMORY_LIMIT_MB', 'CACHE_PREFIX', 'CACHE_REDIS_TIMEOUT_MS'],
      },
    ]);
    const found = misspeltVariables({ POOL_SIZE: '1', METRICS_RETENTION: '2', QDRANT_HOST: 'x', POSTGRES_HOST: 'x' });
    expect(found.map(({ name }) => name)).toEqual(['POOL_SIZE', 'METRICS_RETENTION', 'QDRANT_HOST', 'POSTGRES_HOST']);
  });

  it('knows the variables of the pools that are named', () => {
    expect(misspeltVariables({ REDIS_NAMED: 'sessions', REDIS_SESSIONS_URL: 'x', REDIS_SESSIONS_HOST: 'y' })).toEqual([
      expect.objectContaining({ name: 'REDIS_SESSIONS_HOST' }),
    ]);
  });

  it('leaves alone what Kubernetes sets for services called redis, postgres and cache-redis', () => {
    const address = 'tcp://10.0.0.1:6379';
    expect(
      misspeltVariables({
        REDIS_PORT: address,
        REDIS_SERVICE_HOST: '10.0.0.1',
        REDIS_SERVICE_PORT: '6379',
        REDIS_SERVICE_PORT_MAIN: '6379',
        REDIS_PORT_6379_TCP: address,
        POSTGRES_PORT: address,
        POSTGRES_PORT_5432_TCP: address,
        POSTGRES_PORT_5432_TCP_PROTO: 'tcp',
        POSTGRES_PORT_5432_TCP_PORT: '5432',
        POSTGRES_PORT_5432_TCP_ADDR: '10.0.0.1',
        CACHE_REDIS_PORT: address,
        CACHE_REDIS_SERVICE_HOST: '10.0.0.1',
      }),
    ).toEqual([]);
  });

  it('leaves alone what our docker-compose.yml reads', () => {
    expect(misspeltVariables({ POSTGRES_PASSWORD: 'x' })).toEqual([]);
  });
});
