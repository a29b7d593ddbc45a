import { InvalidEnvironmentError, loadConfig } from './load-config';

const problemsOf = (env: Record<string, string>): readonly string[] => {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof InvalidEnvironmentError) return error.problems.map((problem) => problem.trim());
    throw error;
  }
  return [];
};

describe('loadConfig', () => {
  it('needs nothing at all', () => {
    const config = loadConfig({});
    expect(config.server.port).toBe(5057);
    expect(config.cache.ttlMs).toBe(3_600_000);
    expect(config.pools.postgres).toMatchObject({ min: 5, max: 20, url: undefined, embeddedDataDir: './.data' });
    expect(config.pools.http).toEqual({ upstreams: {}, proxy: {}, maxConnections: 100, maxConnectionsPerOrigin: 100 });
    expect(config.benchmark.enabled).toBe(true);
  });

  it('takes an empty variable for one that is not set', () => {
    expect(loadConfig({ PORT: '', REDIS_URL: '' })).toEqual(loadConfig({}));
  });

  it('lists every problem at once, with the name and what is expected, and without the value of a secret', () => {
    const problems = problemsOf({
      PORT: '70000',
      ENABLE_REDIS_CACHE: 'perhaps',
      API_TOKENS: 'admin:short',
      POSTGRES_URL: 'mysql://root:secret@db',
      HTTP_UPSTREAMS: 'search=ftp://x',
      TRUST_PROXY: 'everyone',
      READINESS_REQUIRES: 'postgres,oracle',
      LOG_LEVEL: 'loud',
    });
    const named = problems.map((problem) => problem.split(':')[0]);
    expect(named.toSorted()).toEqual([
      'API_TOKENS',
      'ENABLE_REDIS_CACHE',
      'HTTP_UPSTREAMS',
      'LOG_LEVEL',
      'PORT',
      'POSTGRES_URL',
      'READINESS_REQUIRES',
      'TRUST_PROXY',
    ]);
    expect(problems).toContain("PORT: expected a whole number from 0 to 65535, not '70000'");
    expect(problems.join()).not.toMatch(/short|secret/);
  });

  it.each([
    ['PORT', 'abc', 'expected a whole number from 0 to 65535'],
    ['METRICS_PUBLIC', 'yes', 'expected true or false'],
    ['LOG_LEVEL', 'loud', 'expected one of fatal, error, warn, info, debug, verbose'],
    ['TRUST_PROXY', 'all', 'expected off, a number of hops from 1 to 99, or addresses such as 10.0.0.0/8,loopback'],
    ['READINESS_REQUIRES', 'oracle', 'expected a list of postgres, redis, http, qdrant'],
    ['CACHE_PREFIX', 'a b', 'expected 1 to 32 letters, digits, dots, dashes or underscores'],
  ])('says of %s=%s that it is not allowed', (name, value, allowed) => {
    expect(problemsOf({ [name]: value })).toEqual([`${name}: ${allowed}, not '${value}'`]);
  });

  it('reads the variables of the pools that are named, and misses what they need', () => {
    const env = { POSTGRES_NAMED: 'reports,audit-log', POSTGRES_REPORTS_URL: 'postgres://u:secret@db/r' };
    expect(problemsOf(env)).toEqual(['POSTGRES_AUDIT_LOG_URL: is missing']);
    const { named } = loadConfig({
      ...env,
      POSTGRES_AUDIT_LOG_URL: 'postgres://db/a',
      POSTGRES_AUDIT_LOG_MAX_SIZE: '3',
      READINESS_REQUIRES: 'postgres,audit-log',
    }).pools.postgres;
    expect(named).toMatchObject({
      reports: { url: env.POSTGRES_REPORTS_URL, max: 20 },
      'audit-log': { min: 3, max: 3 },
    });
    expect(problemsOf({ ...env, POSTGRES_AUDIT_LOG_URL: 'x', POSTGRES_REPORTS_MIN_SIZE: '-1' })).toEqual([
      "POSTGRES_REPORTS_MIN_SIZE: expected a whole number from 0 to 1000, not '-1'",
      'POSTGRES_AUDIT_LOG_URL: expected a URL that begins with postgres:// or postgresql://',
    ]);
    expect(problemsOf({ REDIS_NAMED: 'A_b' })[0]).toMatch(/^REDIS_NAMED: expected called by names of small letters/);
  });

  it('shows of a value one line, and not more than says which one it is', () => {
    expect(problemsOf({ PORT: `1\n${'2'.repeat(500)}` })[0]).toMatch(/, not '1\?2{58}…'$/);
  });

  it.each(['POSTGRES_URL', 'REDIS_URL', 'QDRANT_URL', 'HTTP_UPSTREAMS', 'API_TOKENS'])(
    'never shows the value of %s, even one that is not what it should be',
    (name) => {
      const problems = problemsOf({ [name]: 'hunter2' });
      expect(problems).toEqual([expect.stringMatching(`^${name}: expected `)]);
      expect(problems.join()).not.toContain('hunter2');
    },
  );

  it.each([
    ['12.5', 'PORT'],
    ['1e3x', 'PORT'],
    [' ', 'PORT'],
    ['0', 'POSTGRES_MAX_SIZE'],
    ['-1', 'POOL_MAX_WAITING'],
  ])('refuses "%s" for %s', (value, name) => {
    expect(problemsOf({ [name]: value })).toEqual([
      expect.stringMatching(new RegExp(`^${name}: expected a whole number`)),
    ]);
  });

  it.each([
    ['redis://:secret@localhost:6379/abc', 'number of a database (0 and up)'],
    ['redis://localhost:7901x', 'host or port cannot be read'],
    ['http://localhost', 'expected a URL that begins with redis:// or rediss://'],
  ])('says of REDIS_URL=%s what is wrong, without its value', (value, what) => {
    const problems = problemsOf({ REDIS_URL: value });
    expect(problems).toEqual([expect.stringMatching(/^REDIS_URL: expected /)]);
    expect(problems[0]).toContain(what);
    expect(problems.join()).not.toMatch(/secret|abc|7901|localhost/);
  });

  it('refuses sizes that contradict each other', () => {
    expect(problemsOf({ POSTGRES_MIN_SIZE: '30' })).toEqual([
      "POSTGRES_MIN_SIZE: expected at most POSTGRES_MAX_SIZE (20), not '30'",
    ]);
    expect(problemsOf({ ALERT_CPU_CRITICAL_PERCENT: '70', HTTP_MAX_CONNECTIONS_PER_ORIGIN: '101' })).toEqual([
      "HTTP_MAX_CONNECTIONS_PER_ORIGIN: expected at most HTTP_MAX_CONNECTIONS (100), not '101'",
      "ALERT_CPU_WARNING_PERCENT: expected at most ALERT_CPU_CRITICAL_PERCENT (70), not '80'",
    ]);
  });

  it('lowers a default that would contradict what is set', () => {
    expect(loadConfig({ POSTGRES_MAX_SIZE: '3' }).pools.postgres).toMatchObject({ min: 3, max: 3 });
    expect(loadConfig({ HTTP_MAX_CONNECTIONS: '7' }).pools.http.maxConnectionsPerOrigin).toBe(7);
  });

  it('turns the units of variables into those of options', () => {
    const config = loadConfig({
      CACHE_TTL_SECONDS: '5',
      CACHE_MEMORY_LIMIT_MB: '2',
      METRICS_RETENTION_HOURS: '3',
      ALERT_CPU_WARNING_PERCENT: '57',
    });
    expect(config.cache).toMatchObject({ ttlMs: 5_000, memoryLimitBytes: 2_097_152 });
    expect(config.monitoring.retentionMs).toBe(10_800_000);
    expect(config.alerting.cpuAlerts).toEqual({ warningRatio: 0.57, criticalRatio: 0.95, forSeconds: 60 });
  });

  it('gives one variable to every room that it concerns', () => {
    const config = loadConfig({ SHUTDOWN_TIMEOUT_MS: '5', CACHE_PREFIX: 'shop', DATA_DIR: '/data' });
    expect([config.server.shutdownTimeoutMs, config.pools.drainTimeoutMs]).toEqual([5, 5]);
    expect(config.security).toMatchObject({ keyPrefix: 'shop:limit:', dataDir: '/data', production: false });
    expect(config.pools.postgres.embeddedDataDir).toBe('/data');
  });

  it('reads lists of upstreams, tokens and proxies', () => {
    const config = loadConfig({
      HTTP_UPSTREAMS: 'search=http://a:1|http://b:2, mail=https://c',
      API_TOKENS: 'read:0123456789abcdef,admin:fedcba9876543210',
      TRUST_PROXY: '10.0.0.0/8,loopback',
    });
    expect(config.pools.http.upstreams).toEqual({ search: ['http://a:1', 'http://b:2'], mail: ['https://c'] });
    expect(config.security.tokens.map(({ scope }) => scope)).toEqual(['read', 'admin']);
    expect(config.server.trustProxy).toEqual(['10.0.0.0/8', 'loopback']);
  });

  it('takes the tokens of an issuer only with its name and our own', () => {
    const env = { NODE_ENV: 'production', JWT_JWKS_URL: 'https://issuer.example/jwks' };
    expect(problemsOf(env)).toEqual([expect.stringMatching(/^JWT_ISSUER: /), expect.stringMatching(/^JWT_AUDIENCE: /)]);
    expect(problemsOf({ ...env, JWT_ISSUER: 'https://issuer.example', JWT_AUDIENCE: 'performance' })).toEqual([]);
  });

  it('is stricter in production', () => {
    expect(problemsOf({ NODE_ENV: 'production' })).toEqual([expect.stringMatching(/^API_TOKENS: /)]);
    const config = loadConfig({ NODE_ENV: 'production', API_TOKENS: 'admin:0123456789abcdef' });
    expect(problemsOf({ NODE_ENV: 'production', API_TOKENS_FILE: '/tokens' })).toEqual([]);
    expect(config.pools.postgres.embeddedDataDir).toBeUndefined();
    expect(config.benchmark.enabled).toBe(false);
    expect(
      loadConfig({ NODE_ENV: 'production', API_TOKENS: 'admin:0123456789abcdef', EMBEDDED_POSTGRES: 'true' }).pools
        .postgres.embeddedDataDir,
    ).toBe('./.data');
  });
});
