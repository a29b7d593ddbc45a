export interface ErrorCodeEntry {
  /** The HTTP status an answer with this code has. */
  readonly status: number;
  /** What happened, the same for every occurrence. */
  readonly title: string;
  /** What whoever gets the error can do. */
  readonly remedy: string;
}

/** Every stable error code of the service; `docs/errors.md` is generated from it. */
export const ERROR_CODES = {
  // HTTP door
  BODY_MALFORMED: {
    status: 400,
    title: 'The body cannot be read',
    remedy: 'Send a complete body that is valid for its Content-Type; JSON has to be an object or an array.',
  },
  BODY_TOO_LARGE: {
    status: 413,
    title: 'The body is too large',
    remedy: 'Send less at once.',
  },
  CONFLICT: {
    status: 409,
    title: 'The request does not fit the present state',
    remedy: 'Read the present state and send a request that fits it.',
  },
  CONTENT_TYPE_UNSUPPORTED: {
    status: 415,
    title: 'The body has an unsupported type, charset or encoding',
    remedy: 'Send UTF-8 with one of the media types that /docs names for the route.',
  },
  FORBIDDEN: {
    status: 403,
    title: 'The token may not do this',
    remedy: 'Use a token of scope admin (API_TOKENS=admin:…).',
  },
  HEADERS_TOO_LARGE: {
    status: 431,
    title: 'The headers are too large',
    remedy: 'Send fewer or shorter headers; together they may have 16 kB.',
  },
  INTERNAL: {
    status: 500,
    title: 'Something failed inside the service',
    remedy: 'Look for the request id in the log of the service.',
  },
  LOGIN_LIMITED: {
    status: 429,
    title: 'Too many failed logins from this address',
    remedy: 'Wait as long as Retry-After says, then send a valid token.',
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    title: 'The route does not take this method',
    remedy: 'Use one of the methods in the Allow header.',
  },
  NOT_ACCEPTABLE: {
    status: 406,
    title: 'The route has no answer of the accepted types',
    remedy: 'Accept one of the media types that /docs names for the route.',
  },
  RATE_LIMITED: {
    status: 429,
    title: 'Too many requests',
    remedy:
      'Wait as long as Retry-After says; RateLimit-Limit tells how many fit in a minute (RATE_LIMIT_* changes it).',
  },
  REQUEST_REFUSED: {
    status: 400,
    title: 'The request cannot be answered as it was sent',
    remedy: 'Compare the request with what /docs says of the route.',
  },
  REQUEST_TIMEOUT: {
    status: 408,
    title: 'The request did not arrive in time',
    remedy: 'Send the headers and the body without long pauses.',
  },
  RESOURCE_UNKNOWN: {
    status: 404,
    title: 'Nothing of this name exists',
    remedy: 'List what exists and use one of those names.',
  },
  ROUTE_UNKNOWN: {
    status: 404,
    title: 'No route has this path',
    remedy: 'See /docs for the routes.',
  },
  TOKENS_REQUIRED: {
    status: 500,
    title: 'No token is configured',
    remedy: 'Set API_TOKENS; only outside production one is generated.',
  },
  TOKEN_FILE_UNUSABLE: {
    status: 500,
    title: 'The file of the generated token cannot be used',
    remedy: 'Make DATA_DIR/token readable and writable for the service, remove it to get a new one, or set API_TOKENS.',
  },
  UNAUTHENTICATED: {
    status: 401,
    title: 'A valid token is needed',
    remedy: 'Send Authorization: Bearer with a token of API_TOKENS, or with the one in DATA_DIR/token.',
  },
  UNAVAILABLE: {
    status: 503,
    title: 'The service cannot do this right now',
    remedy: 'Try again after the time in Retry-After, or in a few seconds.',
  },
  URI_MALFORMED: {
    status: 400,
    title: 'The path is not a valid URI',
    remedy: 'Percent-encode the path as UTF-8.',
  },
  VALIDATION_FAILED: {
    status: 400,
    title: 'The request is not as the route declares it',
    remedy: 'Change each part that errors lists.',
  },

  // benchmark
  BENCHMARK_ABORTED: {
    status: 503,
    title: 'The benchmark run was ended early',
    remedy: 'Start it again; a run that took too long needs smaller parameters or a faster database.',
  },
  BENCHMARK_DISABLED: {
    status: 403,
    title: 'Benchmarks are switched off',
    remedy: 'Set BENCHMARK_ENABLED=true; in production it is false unless set, since a run loads the database.',
  },
  BENCHMARK_NOT_RUNNING: {
    status: 409,
    title: 'The benchmark run is over',
    remedy: 'There is nothing to cancel: GET it for its results.',
  },
  BENCHMARK_RUNNING: {
    status: 409,
    title: 'Another benchmark is running',
    remedy: 'Wait for it, or cancel it with DELETE /performance/benchmark/:id.',
  },
  BENCHMARK_RUN_UNKNOWN: {
    status: 404,
    title: 'There is no benchmark run of that id',
    remedy: 'GET /performance/benchmark lists the runs that are remembered.',
  },
  BENCHMARK_SCENARIO_UNKNOWN: {
    status: 422,
    title: 'There is no benchmark scenario of that name',
    remedy: 'GET /performance/benchmark lists the scenarios.',
  },

  // database
  DATABASE_STOPPED: {
    status: 503,
    title: 'The service is shutting down',
    remedy: 'Ask another copy, or again when this one is back.',
  },

  // embedded PostgreSQL
  POSTGRES_EMBEDDED_IN_USE: {
    status: 503,
    title: 'The data folder of the embedded PostgreSQL is used by another process',
    remedy: 'Stop the other process, or give each copy a DATA_DIR of its own, or one POSTGRES_URL to both.',
  },
  POSTGRES_EMBEDDED_START_FAILED: {
    status: 503,
    title: 'The embedded PostgreSQL did not start',
    remedy: 'The log of the service quotes what it said; repair that, or set POSTGRES_URL.',
  },
  POSTGRES_EMBEDDED_UNAVAILABLE: {
    status: 503,
    title: 'The embedded PostgreSQL cannot run on this machine',
    remedy: 'Set POSTGRES_URL to a server of your own.',
  },

  // monitoring
  METRIC_CONFLICT: {
    status: 409,
    title: 'The name belongs to another metric',
    remedy: 'Use another name, or declare the metric with the kind, labels and buckets it has.',
  },
  METRIC_INVALID: {
    status: 422,
    title: 'The metric or sample is not valid',
    remedy: 'See the detail: names, labels and buckets follow the data model of Prometheus.',
  },
  METRIC_LIMIT: {
    status: 409,
    title: 'There are too many metrics of this kind',
    remedy: 'Use labels instead of names, or raise MAX_METRICS_PER_TYPE.',
  },
  METRICS_BUSY: {
    status: 503,
    title: 'Too many answers with all metrics are being written',
    remedy: 'Try again after the time in Retry-After; scrape less often or from fewer places.',
  },
  METRIC_UNKNOWN: {
    status: 404,
    title: 'No such metric was registered',
    remedy: 'Register it with POST /performance/metrics first.',
  },
  // pools
  POOL_ACQUIRE_TIMEOUT: {
    status: 503,
    title: 'No connection became free in time',
    remedy: 'Try again after Retry-After; if it persists raise the max of the pool or look for leases held too long.',
  },
  POOL_BREAKER_OPEN: {
    status: 503,
    title: 'The server behind a pool keeps failing',
    remedy: 'Try again after Retry-After; see GET /performance/pools for what it answered last.',
  },
  POOL_CLOSED: {
    status: 503,
    title: 'The pool is closing',
    remedy: 'The service is shutting down: ask another copy, or again after Retry-After.',
  },
  POOL_LEASE_RELEASED: {
    status: 500,
    title: 'A connection was used after it had been given back',
    remedy: 'Await everything that uses a lease before it is released, and release it once.',
  },
  POOL_LIMITS_INVALID: {
    status: 422,
    title: 'These limits make no pool',
    remedy: 'Send whole numbers with 0 <= min <= max and max >= 1.',
  },
  POOL_NOT_CONFIGURED: {
    status: 503,
    title: 'The pool is not configured',
    remedy: 'Set the URL of its server (POSTGRES_URL, REDIS_URL, HTTP_UPSTREAMS, QDRANT_URL).',
  },
  POOL_QUERY_TIMEOUT: {
    status: 504,
    title: 'A query took longer than it may',
    remedy: 'Make the query faster, or give it more time with timeoutMs or POSTGRES_QUERY_TIMEOUT_MS.',
  },
  POOL_QUEUE_FULL: {
    status: 503,
    title: 'Too many callers wait for a connection',
    remedy: 'Try again after Retry-After; if it persists raise the max of the pool or POOL_MAX_WAITING.',
  },
  POOL_TRANSACTION_ROLLED_BACK: {
    status: 500,
    title: 'A transaction was rolled back instead of committed',
    remedy: 'One of its statements had failed and the failure was swallowed: let it reach transaction().',
  },
  POOL_UNKNOWN: {
    status: 404,
    title: 'There is no pool of that name',
    remedy: 'GET /performance/pools lists the names.',
  },
  // cache
  CACHE_ENTRY_UNKNOWN: {
    status: 404,
    title: 'The cache holds no entry with that key',
    remedy: 'List what there is with GET /performance/cache/entries.',
  },
  CACHE_KEY_UNSUPPORTED: {
    status: 500,
    title: 'A cache key cannot be made of these arguments',
    remedy: 'Use plain data as arguments, or give @Cached() a function as key.',
  },
  CACHE_LOAD_TIMEOUT: {
    status: 504,
    title: 'A value was not loaded in time',
    remedy: 'Try again; if it lasts, make the load faster or raise hardTimeoutMs.',
  },
  CACHE_NAMESPACE_LIMIT: {
    status: 500,
    title: 'Too many cache namespaces',
    remedy: 'Use a fixed set of namespace names and put ids into keys.',
  },
  CACHE_NAMESPACE_UNKNOWN: {
    status: 404,
    title: 'There is no cache namespace of that name',
    remedy: 'Use one that the detail or GET /performance/cache names; one is known from its first use on.',
  },
  CACHE_OPTION_INVALID: {
    status: 500,
    title: 'A cache option is out of range',
    remedy: 'Correct the option the message names.',
  },
  CACHE_TIER_UNAVAILABLE: {
    status: 503,
    title: 'The Redis tier of the cache cannot answer',
    remedy: 'Check REDIS_URL, ENABLE_REDIS_CACHE and that Redis is up; then try again.',
  },
  CACHE_VALUE_UNSUPPORTED: {
    status: 500,
    title: 'A value cannot be cached',
    remedy: 'Cache plain data; the message names the part that is not.',
  },
  CACHE_WARMER_UNKNOWN: {
    status: 404,
    title: 'There is no cache warmer of that name',
    remedy: 'Use a name declared with @CacheWarmer, or leave `warmers` out to run all.',
  },

  // http pool
  HTTP_CONNECT_FAILED: {
    status: 502,
    title: 'An upstream cannot be reached',
    remedy: 'See GET /performance/pools/http for the state of each server, and whether HTTP_UPSTREAMS is right.',
  },
  HTTP_EXCHANGE_FAILED: {
    status: 502,
    title: 'The connection to an upstream failed before the whole answer came',
    remedy: 'Try again if the request may be repeated; else find out first whether the upstream acted on it.',
  },
  HTTP_REQUEST_INVALID: {
    status: 500,
    title: 'A request to an upstream cannot be sent as it is',
    remedy: 'Correct the path, header or option the message names.',
  },
  HTTP_RESPONSE_TOO_LARGE: {
    status: 502,
    title: 'An upstream answered with more than is allowed',
    remedy: 'Ask for less, or raise maxResponseBytes of this request.',
  },
  HTTP_TARGET_INVALID: {
    status: 500,
    title: 'A request names no upstream and is no URL',
    remedy: 'Write "name:/path" with a name from HTTP_UPSTREAMS, or an absolute http(s) URL.',
  },
  HTTP_TIMEOUT: {
    status: 504,
    title: 'An upstream did not answer in time',
    remedy: 'Try again; if it lasts, see GET /performance/pools/http or raise totalTimeoutMs.',
  },

  // redis pool
  REDIS_COMMAND_REFUSED: {
    status: 500,
    title: 'The Redis command needs a connection of its own',
    remedy: 'Call it on pools.redis.use((connection) => …), subscriptions on pools.redis.subscriber.',
  },
  REDIS_CONNECTION_LOST: {
    status: 503,
    title: 'The connection to Redis was lost before the answer came',
    remedy: 'Try again if the command may be applied twice; else find out first whether it was applied.',
  },
  REDIS_CONNECTIONS_TOO_FEW: {
    status: 503,
    title: 'REDIS_MAX_CONNECTIONS leaves no connection for this',
    remedy: 'Raise REDIS_MAX_CONNECTIONS: 1 serves commands, 2 a subscriber as well, every further one is lent.',
  },
  REDIS_TIMEOUT: {
    status: 504,
    title: 'Redis did not answer in time',
    remedy: 'See GET /performance/pools/redis for the state of the server; look for slow commands with SLOWLOG.',
  },
  REDIS_UNAVAILABLE: {
    status: 503,
    title: 'Redis cannot be reached or refuses the connection',
    remedy: 'See whether Redis runs and REDIS_URL is right, password and database included.',
  },
  // PromQL
  PROMQL_BAD_DATA: {
    status: 400,
    title: 'The query or a parameter of it is wrong',
    remedy: 'See the detail: it names line and column, or the parameter.',
  },
  PROMQL_BUSY: {
    status: 503,
    title: 'Too many queries run and wait',
    remedy: 'Try again after Retry-After, or ask for fewer panels at once.',
  },
  PROMQL_CANCELED: {
    status: 503,
    title: 'The query was canceled',
    remedy: 'Keep the connection open until the answer is there.',
  },
  PROMQL_EXECUTION: {
    status: 422,
    title: 'The query cannot be answered',
    remedy: 'See the detail: most often the series of two sides do not match one to one.',
  },
  PROMQL_LIMIT: {
    status: 422,
    title: 'The query is over a limit',
    remedy: 'The detail names the limit: ask for fewer series, a shorter range or longer steps.',
  },
  PROMQL_TIMEOUT: {
    status: 503,
    title: 'The query took longer than it may',
    remedy: 'Ask for fewer series, a shorter range or longer steps.',
  },
} as const satisfies Record<string, ErrorCodeEntry>;

export type ErrorCode = keyof typeof ERROR_CODES;
