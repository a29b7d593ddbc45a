import type { Pool as DriverPool, QueryConfig, QueryResult, QueryResultRow } from 'pg';
import type { Clock } from '../../common/clock';
import { Breaker, DEFAULT_BREAKER } from '../breaker';
import { LeasePool } from '../lease-pool';
import { type AcquireOptions, LEASE_POOL_DEFAULTS } from '../lease-pool.options';
import type { LeaseSlot } from '../lease-slot';
import {
  type EndpointStats,
  type Pool,
  type PoolCounts,
  type PoolHealth,
  type PoolLimits,
  type PoolState,
  type PoolStats,
  withQuantiles,
} from '../pool';
import { publishBreaker } from '../pool-channels';
import type { PoolEventCounts } from '../pool-counters';
import { type PoolIdentity, poolsOption, type PoolsOptionPath, POSTGRES_POOL, TENANTS_POOL } from '../pools-option';
import { poolQueries, traceOperation } from '../pool-tracing';
import { PoolNotConfiguredError } from '../pools.errors';
import type { PoolsOptions, PostgresPoolOptions } from '../pools.options';
import { retry } from '../retry';
import type { EmbeddedPostgresStats } from './embedded/embedded-postgres';
import { AmbientTransaction } from './ambient-transaction';
import type { ListenOptions, OnMessage, PostgresSubscription } from './listen.options';
import { PostgresListener } from './postgres-listener';
import { PostgresAccess } from './postgres-access';
import type { PostgresConnection } from './postgres-connection';
import { PostgresConnector } from './postgres-connector';
import { pgPackage } from './pg-package';
import type { PostgresDriverPool } from './postgres-driver-pool';
import { ManagedPostgresLease } from './managed-postgres-lease';
import { type PostgresClient, type PostgresLease, queryOperation } from './postgres-lease';
import { PostgresRetries } from './postgres-retries';
import { UnconfiguredPostgres, type PostgresServerSource } from './postgres-server-source';
import { type PoolQueryOptions, PostgresStatements } from './postgres-statements';
import { runTransaction } from './postgres-transaction';
import type { TransactionOptions } from './transaction.options';
import { PostgresWatch } from './postgres-watch';
import type { StatementsStats } from './statement-figures';
import { StatementObservation } from './statement-observation';
import { PostgresUnawaitedError, PostgresUsageError } from './postgres.errors';
import { queryRefusal } from './query-refusal';
import { ReadOnlyFailover } from './read-only-failover';
import { RowStream, type StreamOptions } from './row-stream';
import { isSubmittable } from './submitted-query';

export interface PoolStreamOptions extends StreamOptions, AcquireOptions {}

const OWN_CLIENT =
  'it needs one connection until it ends; call lease.query(cursor) on one from acquire(), or client.query(cursor) in use()';
const RIDE_OUT_MS = 2_000;
/** The connection that listens is asked whether it still does every so many intervals of the probe. */
const HEARTBEATS_PER_PROBE = 10;
const SERVER_LIMIT = `SELECT current_setting('max_connections')::int -
  current_setting('superuser_reserved_connections')::int AS most`;
const SERVER_LIMIT_TIMEOUT_MS = 1_000;
const APPLICATION_NAME = 'performance-gateway';
/** What a plan may take. */
const EXPLAIN_TIMEOUT_MS = 1_000;

/** PostgreSQL connections, each lent to one borrower at a time and cleaned in between; replaced when they are lost. */
export class PostgresPool implements Pool {
  readonly name: string;
  readonly kind = 'postgres';
  private readonly ambient = new AmbientTransaction();
  private driverPool: PostgresDriverPool | undefined;
  private readonly breaker: Breaker;
  private readonly leases: LeasePool<PostgresConnection>;
  private readonly watch: PostgresWatch;
  private readonly retries: PostgresRetries;
  private readonly statements: PostgresStatements;
  private readonly observation: StatementObservation;
  private readonly listener: PostgresListener;
  private readonly queryTimeoutMs: number;
  private readonly behindPgbouncer: boolean;
  private readonly createdMs: number;
  private draining: Promise<void> | undefined;

  constructor(
    /** Undefined when not configured; every call is refused then. */
    private readonly source: PostgresServerSource | undefined,
    options: PostgresPoolSettings,
    clock: Clock,
    private readonly identity: PoolIdentity = POSTGRES_POOL,
  ) {
    const { acquireTimeoutMs, maxWaiting, postgres } = options;
    const { rideOutMs = RIDE_OUT_MS, queryTimeoutMs, probeIntervalMs, probeTimeoutMs } = postgres;
    const { name, limits: limitOptions } = identity;
    this.name = name;
    const endpoint = source?.endpoint ?? name;
    this.createdMs = clock.now();
    this.queryTimeoutMs = queryTimeoutMs;
    this.behindPgbouncer = postgres.pgbouncer;
    this.breaker = Breaker.ofFailuresInARow({ ...DEFAULT_BREAKER, tripAfterMs: rideOutMs, maxOpenMs: 1_000 }, clock);
    publishBreaker(this.breaker, { pool: name, endpoint, route: undefined });
    this.observation = new StatementObservation(name, postgres, clock, (text, values) => this.explain(text, values));
    const connector = new PostgresConnector(
      source ?? new UnconfiguredPostgres(),
      new PostgresAccess(postgres, clock, identity.path),
      {
        ...connectorOptions(postgres),
        queryTimeoutOption: queryTimeoutOption(identity),
        observation: this.observation,
      },
      clock,
    );
    const limits = { acquireTimeoutMs, maxWaiting, limitOptions };
    this.leases = new LeasePool(
      { ...LEASE_POOL_DEFAULTS, ...postgres, ...limits, name, endpoint, records: identity.records },
      connector,
      this.breaker,
      clock,
    );
    this.leases.onLostIdle = (error, { client }) => this.driverPool?.lostIdle(error, client);
    connector.failover = new ReadOnlyFailover((which) => this.leases.evict(which), clock);
    const watching = { pool: name, endpoint, probeIntervalMs, probeTimeoutMs, rideOutMs };
    this.watch = new PostgresWatch(watching, connector, this.breaker, this.leases, clock);
    this.retries = new PostgresRetries(this.leases.counters, clock);
    this.listener = new PostgresListener(
      {
        pool: name,
        heartbeatMs: HEARTBEATS_PER_PROBE * (probeIntervalMs ?? 1_000),
        lend: () => this.lend({ leakThresholdMs: Number.POSITIVE_INFINITY }, this.listen),
        outside: (work) => this.ambient.outside(work),
        counters: this.leases.counters,
      },
      clock,
    );
    const borrow = (wanted: AcquireOptions | undefined) => this.borrow(wanted);
    this.statements = new PostgresStatements(this.leases, borrow, this.retries, queryTimeoutMs);
  }

  /** This pool as a `pg.Pool`, for libraries that take one: transactions, events and counts are those of this pool. */
  get driverFacade(): DriverPool {
    return (this.driverPool ??= this.makeDriverPool()) as unknown as DriverPool;
  }

  /** It extends the pool of pg, which is there where somebody asks for this one. */
  private makeDriverPool(): PostgresDriverPool {
    pgPackage();
    const { PostgresDriverPool: DriverPoolOfPg } =
      require('./postgres-driver-pool') as typeof import('./postgres-driver-pool');
    return new DriverPoolOfPg({
      lend: (below) => this.lend({}, below),
      scope: () => this.ambient.current,
      query: (text, values) => this.query(text, values),
      counts: () => this.counts(),
    });
  }

  get timings() {
    return this.leases.timings;
  }

  get state(): PoolState {
    return this.health().state;
  }

  health(): PoolHealth {
    if (this.source === undefined) return { state: 'not_configured', sinceMs: this.createdMs, lastError: undefined };
    const health = this.watch.health();
    // Whoever listens misses messages until there is another connection.
    return health.state === 'up' ? (this.listener.degraded ?? health) : health;
  }

  /**
   * Starts the embedded server, if that is used, and opens `min` connections; resolves also when none can be opened.
   * @throws EmbeddedPostgresInUseError, EmbeddedPostgresUnavailableError, EmbeddedPostgresStartError
   */
  async start(): Promise<void> {
    if (this.source === undefined || this.draining !== undefined) return;
    await this.source.start();
    this.watch.start();
    await this.leases.start();
    await this.watch.check();
  }

  /**
   * A connection for this caller only, until it is released; `await using` releases it.
   * @throws PoolAcquireTimeoutError, PoolQueueFullError, PoolBreakerOpenError, PoolClosedError, PoolNotConfiguredError,
   * the signal's reason
   */
  acquire(options: AcquireOptions = {}): Promise<PostgresLease> {
    return this.lend(options, this.acquire);
  }

  /**
   * Lends a connection for as long as `work` takes, inside of `transaction()` that of the transaction; the signal also
   * cancels what runs on it.
   * @throws as `acquire`, PostgresUnawaitedError when `work` ends before its statements have
   */
  async use<T>(work: (client: PostgresClient) => Promise<T>, options: AcquireOptions = {}): Promise<T> {
    const scope = this.ambient.current;
    if (scope !== undefined) return await work(scope.lease);
    return await this.useLease(work, options, this.use);
  }

  /**
   * Runs `work` between BEGIN and COMMIT; rolled back when it throws. All that `work` awaits is part of it: `query()`,
   * `use()`, libraries on `driverFacade`, and `transaction()`, which is nested by a savepoint and only rolls back itself.
   * @throws PostgresRolledBackError, PostgresCursorOpenError, PostgresTransactionControlError, and as `use`
   */
  transaction<T>(work: (tx: PostgresClient) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    const scope = this.ambient.current;
    if (scope !== undefined) return scope.nest(work, options);
    const { runIn } = this.ambient;
    const attempt = () => this.useLease((lease) => runTransaction(lease, work, options, runIn), options, this.useLease);
    if (!options.retrySerialization) return attempt();
    return retry(attempt, this.retries.forTransaction(this.queryTimeoutMs, options.signal));
  }

  /** Runs `work` as if it had been called outside of every transaction: what it does stays when that is rolled back. */
  outsideTransaction<T>(work: () => T): T {
    return this.ambient.outside(work);
  }

  /**
   * One statement, on any free connection; inside of `transaction()` on that of the transaction.
   * @throws as `acquire`, PostgresQueryTimeoutError, the server's error; PostgresTransactionControlError and
   * PostgresSessionStatementError for what would have to hold for the statements after it
   */
  query<Row extends QueryResultRow = QueryResultRow>(
    text: string | QueryConfig,
    values?: readonly unknown[],
    options?: PoolQueryOptions,
  ): Promise<QueryResult<Row>> {
    if (isSubmittable(text)) return Promise.reject(new PostgresUsageError('query() of a cursor or stream', OWN_CLIENT));
    const scope = this.ambient.current;
    if (scope !== undefined) return scope.lease.query<Row>(text, values, options);
    const refusal = queryRefusal(text);
    if (refusal !== undefined) return Promise.reject(refusal);
    if (!poolQueries.hasSubscribers) return this.statements.query<Row>(text, values, options);
    return traceOperation(poolQueries, queryOperation(this.name, text), () =>
      this.statements.query<Row>(text, values, options),
    );
  }

  /**
   * The rows of one statement one by one, read from the server as they are asked for; nothing is sent before the first
   * is. Outside of `transaction()` it keeps a connection, and a transaction of its own on it, until it ends.
   * @throws (when read) as `query`
   */
  stream<Row extends QueryResultRow = QueryResultRow>(
    text: string | QueryConfig,
    values?: readonly unknown[],
    options: PoolStreamOptions = {},
  ): RowStream<Row> {
    const scope = this.ambient.current;
    if (scope !== undefined) return scope.lease.stream<Row>(text, values, options);
    const trace = this.leases.leaks.trace(this.stream);
    let lease: ManagedPostgresLease | undefined;
    return new RowStream<Row>(
      {
        open: async (signal) => {
          const refusal = queryRefusal(text);
          if (refusal !== undefined) throw refusal;
          lease = await this.lendTraced({ ...options, signal }, trace);
          return lease.openCursor(text, values, options);
        },
        release: () => {
          if (lease?.released === false) lease.release();
        },
      },
      options.signal,
    );
  }

  /**
   * Calls `onMessage` for each NOTIFY on the channel, in order, until the subscription is closed. All subscriptions share
   * one connection, which counts towards `max`; when it is lost another takes its place, and then `onGap` is called, as
   * messages may have been missed.
   * @throws as `acquire`, PostgresUsageError where `max` is 1, PostgresSessionStatementError behind a PgBouncer
   */
  listen(channel: string, onMessage: OnMessage, options: ListenOptions = {}): Promise<PostgresSubscription> {
    if (this.source !== undefined && this.leases.max < 2) {
      const cure = `it keeps a connection for itself, so ${poolsOption(this.identity.limits.max)} has to be at least 2`;
      return Promise.reject(new PostgresUsageError('listen()', cure));
    }
    return this.listener.listen(channel, onMessage, options);
  }

  resize(limits: Partial<PoolLimits>): void {
    if (this.source === undefined) throw new PoolNotConfiguredError(this.name, this.identity.limits.url);
    this.leases.resize(limits);
  }

  /** How many connections the server allows to those who are no superusers; undefined when it does not say so at once. */
  async serverLimit(): Promise<number | undefined> {
    // PgBouncer takes more connections than the server behind it.
    if (this.source === undefined || this.behindPgbouncer) return undefined;
    const timeoutMs = SERVER_LIMIT_TIMEOUT_MS;
    try {
      const { rows } = await this.statements.query<{ most: number }>(SERVER_LIMIT, [], { timeoutMs });
      return rows[0]?.most;
    } catch {
      return undefined;
    }
  }

  drain(timeoutMs: number): Promise<void> {
    this.draining ??= this.drainOnce(timeoutMs);
    return this.draining;
  }

  /** Figures of the embedded server; undefined where the server is run by others. */
  embeddedServer(): EmbeddedPostgresStats | undefined {
    return this.source?.embedded?.();
  }

  /** What each statement has cost so far, by its text without values. */
  statementStats(): StatementsStats {
    return this.observation.stats();
  }

  stats(): PoolStats {
    return withQuantiles(this.counts());
  }

  counts(): PoolCounts {
    const { leases } = this;
    const health = this.health();
    const events = leases.counters.snapshot();
    return {
      ...events,
      name: this.name,
      kind: this.kind,
      health,
      breaker: this.breaker.state,
      min: leases.min,
      max: leases.max,
      maxWaiting: leases.maxWaiting,
      inUse: leases.inUse,
      idle: leases.idleCount,
      connecting: leases.connecting,
      waiting: leases.waiting,
      ...leases.timings,
      endpoints: this.source === undefined ? [] : [this.endpoint(this.source.endpoint, health, events)],
    };
  }

  private endpoint(name: string, health: PoolHealth, { acquired, errors }: PoolEventCounts): EndpointStats {
    const breaker = this.breaker.state;
    return {
      name,
      health,
      breaker,
      inUse: this.leases.inUse,
      requests: acquired,
      errors,
      ewmaMs: undefined,
      refusedRoutes: [],
    };
  }

  private async useLease<T>(
    work: (lease: ManagedPostgresLease) => Promise<T>,
    options: AcquireOptions,
    below: (...parameters: never[]) => unknown,
  ): Promise<T> {
    const lease = await this.lend(options, below);
    try {
      const result = await work(lease);
      const unanswered = lease.abandonUnanswered();
      if (unanswered > 0) throw new PostgresUnawaitedError(unanswered);
      return result;
    } finally {
      if (!lease.released) lease.release();
    }
  }

  private async lend(
    options: AcquireOptions,
    below: (...parameters: never[]) => unknown,
  ): Promise<ManagedPostgresLease> {
    return await this.lendTraced(options, this.leases.leaks.trace(below));
  }

  private async lendTraced(options: AcquireOptions, trace: LeaseSlot<PostgresConnection>['trace']) {
    const slot = await this.borrow(options);
    slot.trace = trace;
    return new ManagedPostgresLease(this.leases, slot, this.name, options.signal);
  }

  /** The lines of a plan, made on a connection that is free now, without running the statement. */
  private async explain(text: string, values: unknown): Promise<string[]> {
    const slot = this.leases.take();
    if (slot === undefined) throw new Error('no connection was free to ask for it');
    await using lease = new ManagedPostgresLease(this.leases, slot, this.name);
    await lease.query('BEGIN READ ONLY', undefined, { timeoutMs: EXPLAIN_TIMEOUT_MS });
    // The extended protocol takes one statement only, so nothing can hide behind the one that is explained.
    const query = { text: `EXPLAIN ${text}`, values: values as unknown[] | undefined, queryMode: 'extended' };
    const { rows } = await lease.query<{ 'QUERY PLAN': string }>(query, undefined, { timeoutMs: EXPLAIN_TIMEOUT_MS });
    return rows.map((row) => row['QUERY PLAN']);
  }

  private borrow(options: AcquireOptions | undefined): Promise<LeaseSlot<PostgresConnection>> {
    if (this.source !== undefined) return this.leases.acquire(options);
    return Promise.reject(this.leases.refusals.notConfigured());
  }

  private async drainOnce(timeoutMs: number): Promise<void> {
    this.watch.stopProbing();
    this.listener.end();
    await this.leases.drain(timeoutMs);
    this.watch.close();
    await this.source?.stop();
  }
}

/** What a PostgreSQL pool is made of, besides its server. */
export type PostgresPoolSettings = Pick<PoolsOptions, 'acquireTimeoutMs' | 'maxWaiting'> & {
  readonly postgres: PostgresPoolOptions;
};

/** The options of a tenant's pool come from a function. */
const queryTimeoutOption = ({ path }: PoolIdentity): PoolsOptionPath =>
  path === TENANTS_POOL.path ? 'postgres.tenants.options' : (`${path}.queryTimeoutMs` as PoolsOptionPath);

const connectorOptions = (options: PostgresPoolOptions) => ({
  connectTimeoutMs: options.connectTimeoutMs,
  queryTimeoutMs: options.queryTimeoutMs,
  resetAlways: options.sessionReset === 'always',
  pgbouncer: options.pgbouncer,
  prepares: options.preparedStatements ?? !options.pgbouncer,
  applicationName: options.applicationName ?? APPLICATION_NAME,
});
