import { z } from 'zod';
import { apiTokens, httpUpstreams, readinessRequires, redisUrl, trustProxy, urlsWith, urlWith } from './env-types';

const flag = () =>
  z.stringbool({ truthy: ['true', '1'], falsy: ['false', '0'], case: 'sensitive', error: 'expected true or false' });
const whole = (min: number, max = 2_147_483_647) => {
  const error = `expected a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,10}$/, { error, abort: true })
    .transform(Number)
    .pipe(z.int().min(min, error).max(max, error));
};

/**
 * Every variable the service reads: its default, its unit and a line of help. `.env.example` and the README are
 * generated from it.
 */
export const envSchema = z.object({
  NODE_ENV: z
    .enum(['development', 'test', 'production'])
    .default('development')
    .describe('production refuses generated tokens, benchmarks and the embedded database unless asked for'),
  PORT: whole(0, 65_535).default(5057).describe('port of the HTTP server; 0 takes a free one'),
  HOST: z.string().min(1).default('0.0.0.0').describe('address the HTTP server listens on'),
  DATA_DIR: z
    .string()
    .min(1)
    .default('./.data')
    .describe('folder of the embedded PostgreSQL and of the generated token'),

  POSTGRES_URL: urlWith('postgres', 'postgresql').optional().describe('PostgreSQL server; none: the embedded one'),
  POSTGRES_MIN_SIZE: whole(0, 1_000).default(5).describe('connections kept open'),
  POSTGRES_MAX_SIZE: whole(1, 1_000).default(20).describe('connections at most'),
  POSTGRES_CONNECT_TIMEOUT_MS: whole(1).default(2_000).describe('ms; opening one connection'),
  POSTGRES_QUERY_TIMEOUT_MS: whole(1).default(30_000).describe('ms; one query, cancelled on the server after that'),
  EMBEDDED_POSTGRES: flag()
    .optional()
    .describe('whether an embedded PostgreSQL may be started; default: true, in production false'),

  REDIS_URL: redisUrl().optional().describe('Redis server; none: the memory tier alone'),
  REDIS_MAX_CONNECTIONS: whole(1, 10_000)
    .default(20)
    .describe('sockets at most, commands, subscriber and leases together'),

  HTTP_UPSTREAMS: httpUpstreams.default({}).describe('upstreams of the HTTP pool: name=url|url,name=url'),
  HTTP_MAX_CONNECTIONS: whole(1, 100_000).default(100).describe('connections at most, all origins together'),
  HTTP_MAX_CONNECTIONS_PER_ORIGIN: whole(1, 100_000)
    .optional()
    .describe('connections at most to one origin; default: HTTP_MAX_CONNECTIONS'),

  QDRANT_URL: urlsWith('http', 'https')
    .optional()
    .describe('Qdrant server, or several that can answer the same: url|url'),
  QDRANT_API_KEY: z.string().min(1).optional().describe('key sent to Qdrant'),

  POOL_ACQUIRE_TIMEOUT_MS: whole(1).default(5_000).describe('ms; waiting for a connection of any pool'),
  POOL_MAX_WAITING: whole(0, 1_000_000).default(1_000).describe('callers that may wait for one pool'),

  ENABLE_MEMORY_CACHE: flag().default(true).describe('whether the memory tier of the cache is used'),
  ENABLE_REDIS_CACHE: flag()
    .default(true)
    .describe('whether the Redis tier of the cache is used (it also needs REDIS_URL)'),
  CACHE_TTL_SECONDS: whole(1).default(3_600).describe('s; how long an entry lives where the code says nothing'),
  CACHE_MEMORY_LIMIT_MB: whole(1, 1_000_000).default(64).describe('MB; keys, values and overhead of the memory tier'),
  CACHE_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,32}$/, 'expected 1 to 32 letters, digits, dots, dashes or underscores')
    .default('pg')
    .describe('what every key of ours in Redis begins with'),
  CACHE_REDIS_TIMEOUT_MS: whole(1).default(100).describe('ms; what one step of the Redis tier may take'),

  METRICS_SAMPLE_INTERVAL_SECONDS: whole(1, 3_600).default(10).describe('s; between two samples of every metric'),
  METRICS_RETENTION_HOURS: whole(1, 8_760).default(24).describe('h; how long samples are kept'),
  MAX_METRICS_PER_TYPE: whole(1, 1_000_000).default(10_000).describe('series at most of each kind of metric'),
  METRICS_MEMORY_LIMIT_MB: whole(1, 1_000_000).default(256).describe('MB; all samples kept in memory'),

  ALERT_CPU_WARNING_PERCENT: whole(1, 100).default(80).describe('%; CPU above it is a warning'),
  ALERT_CPU_CRITICAL_PERCENT: whole(1, 100).default(95).describe('%; CPU above it is critical'),
  ALERT_CPU_FOR_SECONDS: whole(0, 86_400).default(60).describe('s; how long it has to stay there'),

  API_TOKENS: apiTokens
    .default([])
    .describe('tokens of the API: read:…,admin:…; none: one is made and kept in DATA_DIR/token'),
  METRICS_PUBLIC: flag().default(false).describe('whether /metrics answers without a token'),
  RATE_LIMIT_ENABLED: flag().default(true).describe('whether requests are limited'),
  RATE_LIMIT_READS_PER_MINUTE: whole(1).default(3_000).describe('reads per minute for each token and address'),
  RATE_LIMIT_CHANGES_PER_MINUTE: whole(1).default(60).describe('changes per minute for each token and address'),
  TRUST_PROXY: trustProxy
    .default(false)
    .describe('whose X-Forwarded-For is believed: off, a number of hops, or addresses'),

  READINESS_REQUIRES: readinessRequires
    .default([])
    .describe('pools without which /readyz is 503: postgres,redis,http,qdrant'),
  BENCHMARK_ENABLED: flag()
    .optional()
    .describe('whether POST /performance/benchmark runs; default: true, in production false'),
  SHUTDOWN_TIMEOUT_MS: whole(1, 600_000)
    .default(10_000)
    .describe('ms; what requests in flight and pools get to finish'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'verbose'])
    .default('info')
    .describe('the least severe level that is logged'),
});

/** The variables one by one, and then those that have to fit each other. */
export const environmentSchema = envSchema.check((context) => {
  const env = context.value;
  const mustNotExceed = (smaller: keyof Env, larger: keyof Env) => {
    const alreadyWrong = context.issues.some(({ path }) => path?.[0] === smaller || path?.[0] === larger);
    if (alreadyWrong || Number(env[smaller]) <= Number(env[larger])) return;
    context.issues.push({
      code: 'custom',
      path: [smaller],
      input: env[smaller],
      message: `expected at most ${larger} (${String(env[larger])})`,
    });
  };
  mustNotExceed('POSTGRES_MIN_SIZE', 'POSTGRES_MAX_SIZE');
  mustNotExceed('ALERT_CPU_WARNING_PERCENT', 'ALERT_CPU_CRITICAL_PERCENT');
  if (env.HTTP_MAX_CONNECTIONS_PER_ORIGIN !== undefined)
    mustNotExceed('HTTP_MAX_CONNECTIONS_PER_ORIGIN', 'HTTP_MAX_CONNECTIONS');
  if (env.NODE_ENV === 'production' && env.API_TOKENS.length === 0) {
    context.issues.push({
      code: 'custom',
      path: ['API_TOKENS'],
      input: undefined,
      message: 'expected read:TOKEN,admin:TOKEN, since in production none is made up',
    });
  }
});

export type Env = z.infer<typeof envSchema>;
