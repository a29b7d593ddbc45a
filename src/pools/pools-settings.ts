import {
  FLAG,
  type Kind,
  kindOf,
  milliseconds,
  oneOf,
  secretText,
  TEXT,
  textLike,
  whole,
} from '../common/settings/kind';
import { namedOptions, NAMES_IN_ONE_TEXT } from '../common/settings/named-options';
import { type GivenOptions, setting, variablesOf } from '../common/settings/setting';
import { postgresUrlProblem, redisUrlProblem, urlsProblem } from '../common/url-problem';
import { CREDENTIALS } from './credentials.options';
import { HTTP_BREAKER } from './http/http-breaker.options';
import type { SqlTagsFunction } from './postgres/sql-comment';
import { UPSTREAMS, UPSTREAMS_IN_ONE_TEXT } from './http/upstreams-setting';
import { PROXY_OR_NONE, PROXY_SETTINGS } from './http/proxy.options';
import { tlsSettings } from './tls.options';

/** The options that all pools that lend connections have; each pool has its own defaults. */
const LEASE_TUNING = {
  /** A connection above the minimum that is idle for longer than this is closed. Default 60,000. */
  idleTimeoutMs: setting(milliseconds(1), {}),
  /** A connection is replaced at this age, less up to 20 %. Default 1,800,000. */
  maxLifetimeMs: setting(milliseconds(1), {}),
  /** A connection that was idle for longer than this is validated before it is lent. Default 5,000. */
  validateAfterIdleMs: setting(milliseconds(0), {}),
  /** Default 1,000. */
  validationTimeoutMs: setting(milliseconds(1), {}),
  /** A lease that is out for longer than this is reported. Default 60,000. */
  leakThresholdMs: setting(milliseconds(1), {}),
  /** How many connections are opened at the same time at most. Default 4. */
  maxConnecting: setting(whole(1, 1_000), {}),
  /** How often idle, old and leaked connections are looked for. Default 1,000. */
  maintenanceIntervalMs: setting(milliseconds(1), {}),
  /** Between two background probes of a healthy server. */
  probeIntervalMs: setting(milliseconds(1), {}),
  probeTimeoutMs: setting(milliseconds(1), {}),
};

/** The server keeps 63 characters, and replaces what is not ASCII. */
const APPLICATION_NAME = textLike('1 to 63 printable characters of ASCII', /^[ -~]{1,63}$/);

const SQL_COMMENTS: Kind<boolean | SqlTagsFunction> = kindOf(
  'true, false or a function that gives the tags of a statement',
  (value) => typeof value === 'boolean' || typeof value === 'function',
);

/** The options of one PostgreSQL. */
export const POSTGRES_SERVER = {
  url: setting(secretText(postgresUrlProblem), {
    variable: 'POSTGRES_URL',
    example: 'postgres://user:password@localhost:5432/app',
    help: 'PostgreSQL server; none: the embedded one',
  }),
  min: setting(whole(0, 1_000), {
    default: 5,
    cappedBy: 'max',
    variable: 'POSTGRES_MIN_SIZE',
    help: 'connections kept open',
  }),
  max: setting(whole(1, 1_000), { default: 20, variable: 'POSTGRES_MAX_SIZE', help: 'connections at most' }),
  connectTimeoutMs: setting(milliseconds(1), {
    default: 2_000,
    variable: 'POSTGRES_CONNECT_TIMEOUT_MS',
    help: 'opening one connection',
  }),
  /** What one query may take; after that it is cancelled on the server. */
  queryTimeoutMs: setting(milliseconds(1), {
    default: 30_000,
    variable: 'POSTGRES_QUERY_TIMEOUT_MS',
    help: 'one query, cancelled on the server after that',
  }),
  /** Whether the session is reset when it was seen to change (default), or after every lease. */
  sessionReset: setting(oneOf('when-changed', 'always'), {}),
  /**
   * The URL leads to a PgBouncer that lends a session of the server for one transaction: no settings are sent with the
   * start of a session, what changes a session is refused, statements are not prepared, and the pool keeps the time of
   * statements by itself.
   */
  pgbouncer: setting(FLAG, {
    default: false,
    variable: 'POSTGRES_PGBOUNCER',
    help: 'whether POSTGRES_URL leads to a PgBouncer in transaction mode',
  }),
  /**
   * Whether statements with a `name` are prepared. Default true, and with `pgbouncer` false: PgBouncer can from 1.21
   * on, where its `max_prepared_statements` is above 0.
   */
  preparedStatements: setting(FLAG, {}),
  /** An outage shorter than this is waited out by callers, after it they are refused at once. Default 2,000. */
  rideOutMs: setting(milliseconds(0), {}),
  /** What the server calls the connections, where the URL does not say it. Default `performance-gateway`. */
  applicationName: setting(APPLICATION_NAME, {
    variable: 'POSTGRES_APPLICATION_NAME',
    help: 'what PostgreSQL calls the connections; default: performance-gateway',
  }),
  /** How many statements have figures of their own at most. Default 500. */
  maxStatements: setting(whole(10, 10_000), {}),
  /** Statements that take longer are logged, with their plan. Default: none. */
  slowQueryMs: setting(milliseconds(1), {
    variable: 'POSTGRES_SLOW_QUERY_MS',
    help: 'statements that take longer are logged with their plan; none: no statement',
  }),
  /** Between two log lines of the same slow statement. Default 60,000. */
  slowQueryIntervalMs: setting(milliseconds(0), {}),
  /** Whether a slow statement is logged with what `EXPLAIN` says of it, which does not run it. Default true. */
  slowQueryPlans: setting(FLAG, {}),
  /** Whether statements carry the trace of the request as a comment (sqlcommenter), or what else they are to say. */
  sqlComments: setting(SQL_COMMENTS, {
    variable: { name: 'POSTGRES_SQL_COMMENTS', kind: FLAG },
    help: "whether statements carry the caller's traceparent as a comment (sqlcommenter)",
  }),
  /** Gives user and password for new connections, instead of those of the URL: from IAM or a vault. */
  credentials: setting(CREDENTIALS, {}),
  ...tlsSettings('POSTGRES', 'PostgreSQL'),
  ...LEASE_TUNING,
};

/** Gives the options of one tenant's pool, each time that is made. */
export type TenantOptionsFunction = (
  tenant: string,
) => GivenOptions<typeof POSTGRES_SERVER> | Promise<GivenOptions<typeof POSTGRES_SERVER>>;

const TENANT_OPTIONS: Kind<TenantOptionsFunction> = kindOf(
  'a function that gives the options of the pool of a tenant',
  (value) => typeof value === 'function',
);

/** The options of one Redis. */
const REDIS_SERVER = {
  url: setting(secretText(redisUrlProblem), {
    variable: 'REDIS_URL',
    example: 'redis://localhost:6379',
    help: 'Redis server; none: the memory tier alone',
  }),
  /** Sockets at most: commands, subscriber and leases together. */
  maxConnections: setting(whole(1, 10_000), {
    default: 20,
    variable: 'REDIS_MAX_CONNECTIONS',
    help: 'sockets at most, commands, subscriber and leases together',
  }),
  /** Opening one connection. Default 2,000. */
  connectTimeoutMs: setting(milliseconds(1), {}),
  /** What one command may take, waiting for a connection included. Default 1,000. */
  commandTimeoutMs: setting(milliseconds(1), {}),
  /** Gives user and password for new connections, instead of those of the URL: from IAM or a vault. */
  credentials: setting(CREDENTIALS, {}),
  ...tlsSettings('REDIS', 'Redis'),
  ...LEASE_TUNING,
};

/** The options of one Qdrant. */
const QDRANT_SERVER = {
  /** One server, or several that can answer the same, separated by `|`. */
  url: setting(
    secretText((text) => urlsProblem(text, ['http', 'https'])),
    {
      variable: 'QDRANT_URL',
      example: 'http://localhost:6333',
      help: 'Qdrant server, or several that can answer the same: url|url',
    },
  ),
  apiKey: setting(
    { ...TEXT, secret: true, emptyIsNone: true },
    { variable: 'QDRANT_API_KEY', help: 'key sent to Qdrant' },
  ),
  /** Default: that of `http`. */
  maxConnections: setting(whole(1, 100_000), {
    variable: 'QDRANT_MAX_CONNECTIONS',
    help: 'connections at most, all servers of Qdrant together; default: HTTP_MAX_CONNECTIONS',
  }),
  /** Gives the key, instead of `apiKey`. */
  credentials: setting(CREDENTIALS, {}),
  ...tlsSettings('QDRANT', 'Qdrant'),
  /** The proxy its requests go through, instead of those of `http`; `false`: none. */
  proxy: setting(PROXY_OR_NONE, {}),
  /** As for HTTP; a route group is an operation of Qdrant's API. */
  breaker: setting(HTTP_BREAKER, {}),
};

/** Every option of `PoolsModule.forRoot`, and the variable from which the service takes it. */
export const POOLS_SETTINGS = {
  postgres: {
    ...POSTGRES_SERVER,
    /** Where an embedded server keeps its data when no URL is given; without it none may be started. */
    embeddedDataDir: setting(TEXT, { setBy: 'DATA_DIR' }),
    /** A pool for each tenant, made when it is first used: `pools.tenants.use('acme', (postgres) => …)`. */
    tenants: {
      /** Gives the options of a tenant's pool: its URL at least; left out, `min` is 0 and `max` 5. */
      options: setting(TENANT_OPTIONS, {}),
      /** What the pools of all tenants may open together. */
      maxConnections: setting(whole(1, 10_000), { default: 50 }),
      /** A pool that is unused for longer is ended. */
      idleMs: setting(milliseconds(1), { default: 300_000 }),
    },
    /** More of them, each a pool of its own: `{ reports: { url } }` is `pools.postgres('reports')`. */
    named: setting(
      namedOptions({
        ...POSTGRES_SERVER,
        url: setting(POSTGRES_SERVER.url.kind, { ...POSTGRES_SERVER.url, required: true }),
      }),
      {
        default: {},
        variable: { name: 'POSTGRES_NAMED', kind: NAMES_IN_ONE_TEXT },
        example: 'reports,audit',
        help: 'names of more databases, each with variables of its own: POSTGRES_REPORTS_URL, POSTGRES_REPORTS_MAX_SIZE, …',
      },
    ),
  },
  redis: {
    ...REDIS_SERVER,
    /** More of them, each a pool of its own: `{ sessions: { url } }` is `pools.redis('sessions')`. */
    named: setting(
      namedOptions({ ...REDIS_SERVER, url: setting(REDIS_SERVER.url.kind, { ...REDIS_SERVER.url, required: true }) }),
      {
        default: {},
        variable: { name: 'REDIS_NAMED', kind: NAMES_IN_ONE_TEXT },
        example: 'sessions',
        help: 'names of more Redis servers, each with variables of its own: REDIS_SESSIONS_URL, …',
      },
    ),
  },
  http: {
    /** The URLs of the servers behind each name that requests use, as in `users:/42`. */
    upstreams: setting(UPSTREAMS, {
      default: {},
      variable: { name: 'HTTP_UPSTREAMS', kind: UPSTREAMS_IN_ONE_TEXT },
      example: 'search=http://10.0.0.1:8080|http://10.0.0.2:8080',
      help: 'upstreams of the HTTP pool: name=url|url,name=url',
    }),
    maxConnections: setting(whole(1, 100_000), {
      default: 100,
      variable: 'HTTP_MAX_CONNECTIONS',
      help: 'connections at most, all origins together',
    }),
    maxConnectionsPerOrigin: setting(whole(1, 100_000), {
      sameAs: 'maxConnections',
      atMost: 'maxConnections',
      variable: 'HTTP_MAX_CONNECTIONS_PER_ORIGIN',
      help: 'connections at most to one origin; default: HTTP_MAX_CONNECTIONS',
    }),
    /** Opening one connection. Default 2,000. */
    connectTimeoutMs: setting(milliseconds(1), {}),
    /** A connection that is idle for longer than this is closed. Default 15,000. */
    idleTimeoutMs: setting(milliseconds(1), {}),
    /** A connection is replaced at this age, less up to 20 %. Default 600,000. */
    maxLifetimeMs: setting(milliseconds(1), {}),
    /** Between two background probes of a healthy server. Default 5,000. */
    probeIntervalMs: setting(milliseconds(1), {}),
    probeTimeoutMs: setting(milliseconds(1), {}),
    /** When requests of a route group are kept away from a server; `false`: never. An upstream may have its own. */
    breaker: setting(HTTP_BREAKER, {}),
    ...tlsSettings('HTTP', 'upstreams'),
    /** Through which proxies requests go; an upstream may have its own. */
    proxy: PROXY_SETTINGS,
  },
  qdrant: {
    ...QDRANT_SERVER,
    /** More of them, each a pool of its own: `{ archive: { url } }` is `pools.qdrant('archive')`. */
    named: setting(
      namedOptions({
        ...QDRANT_SERVER,
        url: setting(QDRANT_SERVER.url.kind, { ...QDRANT_SERVER.url, required: true }),
      }),
      {
        default: {},
        variable: { name: 'QDRANT_NAMED', kind: NAMES_IN_ONE_TEXT },
        example: 'archive',
        help: 'names of more Qdrants, each with variables of its own: QDRANT_ARCHIVE_URL, …',
      },
    ),
  },
  acquireTimeoutMs: setting(milliseconds(1), {
    default: 5_000,
    variable: 'POOL_ACQUIRE_TIMEOUT_MS',
    help: 'waiting for a connection of any pool',
  }),
  /** Callers that may wait for one pool. */
  maxWaiting: setting(whole(0, 1_000_000), {
    default: 1_000,
    variable: 'POOL_MAX_WAITING',
    help: 'callers that may wait for one pool',
  }),
  /** How long leases get to finish on shutdown. */
  drainTimeoutMs: setting(milliseconds(0), { default: 10_000, setBy: 'SHUTDOWN_TIMEOUT_MS' }),
};

/** The service's variable for each option that has one, by the path of the option: `postgres.max`. */
export const POOLS_VARIABLES = variablesOf(POOLS_SETTINGS);
