import { DatabaseError, type QueryConfig, type QueryResult, type QueryResultRow } from 'pg';
import type { Clock } from '../../common/clock';
import { Breaker, DEFAULT_BREAKER } from '../breaker';
import { HealthProbe } from '../health-probe';
import { LeasePool } from '../lease-pool';
import { type AcquireOptions, LEASE_POOL_DEFAULTS } from '../lease-pool.options';
import type { LeaseSlot } from '../lease-slot';
import type { EndpointStats, Pool, PoolHealth, PoolLimits, PoolState, PoolStats } from '../pool';
import { poolBreakerChanges, type PoolBreakerChange } from '../pool.channels';
import type { PoolCounts } from '../pool.counters';
import { POSTGRES_SETTINGS } from '../pool.settings';
import { PoolNotConfiguredError } from '../pools.errors';
import type { PoolsOptions, PostgresPoolOptions } from '../pools.module-definition';
import { retry, retryAfter, type RetryDecision, type RetryOptions } from '../retry';
import { RetryBudget } from '../retry-budget';
import type { EmbeddedPostgresStats } from './embedded/embedded-postgres';
import { guardedQuery, named } from './guarded-query';
import type { PgQuery } from './pg-client';
import { PostgresConnector } from './postgres.connector';
import type { PostgresConnection } from './postgres.connection';
import { PostgresDriverFacade } from './postgres.driver-facade';
import { isConnectionFailure, isReadOnlyRefusal, isSerializationFailure, isStalePlan } from './postgres.errors';
import { type PostgresClient, PostgresLease, type QueryOptions, withName } from './postgres.lease';
import { PostgresProbe } from './postgres.probe';
import type { PostgresServerSource } from './postgres.server-source';
import { runTransaction, type TransactionOptions } from './postgres.transaction';
import { ReadOnlyFailover } from './read-only-failover';

const NAME = 'postgres';
const STATEMENT_ATTEMPTS = 3;
const TRANSACTION_ATTEMPTS = 5;
const RETRY_PAUSE = { pauseMs: 20, maxPauseMs: 500 };

export interface PoolQueryOptions extends QueryOptions, AcquireOptions {
  /** The statement may be sent again when the connection broke under it: running it twice does no harm. */
  readonly idempotent?: boolean | undefined;
}

/** PostgreSQL connections, lent to one borrower at a time and clean, that outlive what happens to the server. */
export class PostgresPool implements Pool {
  readonly name = NAME;
  readonly kind = 'postgres';
  /** For code that wants a `pg.Pool`. */
  readonly driverFacade: PostgresDriverFacade = new PostgresDriverFacade(this);
  private readonly breaker: Breaker;
  private readonly connector: PostgresConnector;
  private readonly leases: LeasePool<PostgresConnection>;
  private readonly prober: PostgresProbe;
  private readonly probe: HealthProbe;
  private readonly budget: RetryBudget;
  private readonly rideOutMs: number;
  private readonly queryTimeoutMs: number;
  private unwellSinceMs: number | undefined;
  private watch: NodeJS.Timeout | undefined;
  private ended: Promise<void> | undefined;

  constructor(
    /** Undefined: not configured, every call is refused. */
    private readonly source: PostgresServerSource | undefined,
    options: PoolsOptions,
    private readonly clock: Clock,
  ) {
    const { acquireTimeoutMs, maxWaiting, postgres } = options;
    this.rideOutMs = postgres.rideOutMs ?? 2_000;
    this.queryTimeoutMs = postgres.queryTimeoutMs;
    const endpoint = source?.endpoint ?? NAME;
    this.breaker = new Breaker({ ...DEFAULT_BREAKER, tripAfterMs: this.rideOutMs, maxOpenMs: 1_000 }, clock);
    this.breaker.onChange((to) => {
      const change: PoolBreakerChange = { pool: NAME, endpoint, to };
      poolBreakerChanges.publish(change);
    });
    this.connector = new PostgresConnector(source ?? NO_SERVER, connectorOptions(postgres), clock);
    this.leases = new LeasePool(
      {
        ...LEASE_POOL_DEFAULTS,
        ...postgres,
        name: NAME,
        endpoint,
        acquireTimeoutMs,
        maxWaiting,
        settings: POSTGRES_SETTINGS,
      },
      this.connector,
      this.breaker,
      clock,
    );
    this.connector.failover = new ReadOnlyFailover((which) => this.leases.evict(which), clock);
    this.prober = new PostgresProbe(this.connector, () => this.probe.suspect());
    this.probe = new HealthProbe(
      {
        pool: NAME,
        endpoint,
        intervalMs: postgres.probeIntervalMs ?? 1_000,
        timeoutMs: postgres.probeTimeoutMs ?? 1_000,
        failuresToDown: 2,
        probe: (signal) => this.prober.check(signal),
        onResult: (error) => this.probed(error),
      },
      clock,
    );
    this.budget = new RetryBudget(clock);
  }

  get timings() {
    return this.leases.timings;
  }

  get state(): PoolState {
    return this.health().state;
  }

  health(): PoolHealth {
    const health = this.probe.health;
    if (this.source === undefined) return { ...health, state: 'not_configured', lastError: undefined };
    if (!this.breaker.isClosed) return { ...health, state: 'down' };
    return health.state === 'up' && this.leases.failingToConnect ? { ...health, state: 'degraded' } : health;
  }

  /** Starts the server if it is ours and opens `min` connections; resolves also when that fails. */
  /** @throws EmbeddedPostgresInUseError and its kin: a server of our own that cannot run is for a person to repair */
  async start(): Promise<void> {
    if (this.source === undefined || this.ended !== undefined) return;
    await this.source.start();
    this.watch ??= setInterval(() => this.connector.giveUpOnSilence(), WATCH_INTERVAL_MS).unref();
    await this.leases.start();
    await this.probe.check();
  }

  /**
   * A connection of one's own, to be released or left to `await using`.
   * @throws PoolAcquireTimeoutError, PoolQueueFullError, PoolBreakerOpenError, PoolClosedError, PoolNotConfiguredError,
   * the signal's reason
   */
  acquire(options: AcquireOptions = {}): Promise<PostgresLease> {
    return this.lend(options, this.acquire);
  }

  /** Lends a connection for as long as `work` takes; the signal also cancels what runs on it. */
  async use<T>(work: (client: PostgresClient) => Promise<T>, options: AcquireOptions = {}): Promise<T> {
    const lease = await this.lend(options, this.use);
    try {
      return await work(lease);
    } finally {
      if (!lease.released) lease.release();
    }
  }

  /** Runs `work` between BEGIN and COMMIT; rolled back when it throws. @throws PostgresRolledBackError, and as `use` */
  transaction<T>(work: (tx: PostgresClient) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    const attempt = () => this.use((client) => runTransaction(client, work, options), options);
    if (!options.retrySerialization) return attempt();
    return retry(
      attempt,
      this.retryOptions(TRANSACTION_ATTEMPTS, this.queryTimeoutMs, options.signal, repeatTransaction),
    );
  }

  /** One statement on whichever connection is free. @throws as `acquire`, PostgresQueryTimeoutError, the server's error */
  async query<Row extends QueryResultRow = QueryResultRow>(
    text: string | QueryConfig,
    values?: readonly unknown[],
    options?: PoolQueryOptions,
  ): Promise<QueryResult<Row>> {
    this.budget.deposit();
    try {
      const slot = options === undefined ? this.leases.take() : undefined;
      if (slot !== undefined) return await this.run<Row>(slot, text as PgQuery | string, values);
      return await this.queryOnce<Row>(text, values, options);
    } catch (error) {
      const decide = options?.idempotent ? repeatIdempotent : repeatStatement;
      if (decide(error) !== 'give-up') {
        const timeoutMs = options?.timeoutMs ?? this.queryTimeoutMs;
        const policy = this.retryOptions(STATEMENT_ATTEMPTS, timeoutMs, options?.signal, decide);
        return await retryAfter(error, () => this.queryOnce<Row>(text, values, options), policy);
      }
      // pg's errors are made where the socket is read: show the caller instead.
      if (error instanceof DatabaseError) Error.captureStackTrace(error, this.query);
      throw error;
    }
  }

  resize(limits: Partial<PoolLimits>): void {
    if (this.source === undefined) throw new PoolNotConfiguredError(NAME, POSTGRES_SETTINGS.url);
    this.leases.resize(limits);
  }

  drain(deadlineMs: number): Promise<void> {
    this.ended ??= this.end(deadlineMs);
    return this.ended;
  }

  /** How the server is doing that we run ourselves; undefined when somebody else runs it. */
  embeddedServer(): EmbeddedPostgresStats | undefined {
    return this.source?.embedded?.();
  }

  stats(): PoolStats {
    const { leases } = this;
    const health = this.health();
    const counts = leases.counters.snapshot();
    return {
      ...counts,
      name: NAME,
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
      wait: leases.timings.wait.summary(),
      use: leases.timings.use.summary(),
      connect: leases.timings.connect.summary(),
      endpoints: this.source === undefined ? [] : [this.endpoint(this.source.endpoint, health, counts)],
    };
  }

  private endpoint(name: string, health: PoolHealth, { acquired, errors }: PoolCounts): EndpointStats {
    const breaker = this.breaker.state;
    return { name, health, breaker, inUse: this.leases.inUse, requests: acquired, errors, ewmaMs: undefined };
  }

  private async queryOnce<Row extends QueryResultRow>(
    text: string | QueryConfig,
    values: readonly unknown[] | undefined,
    options: PoolQueryOptions | undefined,
  ): Promise<QueryResult<Row>> {
    const slot = this.leases.take() ?? (await this.borrow(options));
    const query = withName(text, values, options?.name);
    if (options?.timeoutMs === undefined && options?.signal === undefined) return this.run(slot, query, values);
    try {
      return await guardedQuery(slot.resource, query, values, options);
    } finally {
      this.leases.release(slot);
    }
  }

  /** The hot path: one promise, and the connection is free again before the caller goes on. */
  private run<Row extends QueryResultRow>(
    slot: LeaseSlot<PostgresConnection>,
    query: PgQuery | string,
    values: readonly unknown[] | undefined,
  ): Promise<QueryResult<Row>> {
    return new Promise((resolve, reject) => {
      let settled = false; // pg calls back twice when values could not be serialised
      const settle = (error: Error | null | undefined, result: unknown) => {
        if (settled) return;
        settled = true;
        this.leases.release(slot);
        if (error) reject(named(error, slot.resource));
        else resolve(result as QueryResult<Row>);
      };
      try {
        slot.resource.query(query, values, settle);
      } catch (error) {
        settle(error as Error, undefined);
      }
    });
  }

  private async lend(options: AcquireOptions, below: (...parameters: never[]) => unknown): Promise<PostgresLease> {
    const trace = this.leases.leaks.trace(below);
    const slot = await this.borrow(options);
    slot.trace = trace;
    return new PostgresLease(this.leases, slot, NAME, options.signal);
  }

  private borrow(options: AcquireOptions | undefined): Promise<LeaseSlot<PostgresConnection>> {
    if (this.source !== undefined) return this.leases.acquire(options);
    return Promise.reject(this.leases.refusals.notConfigured());
  }

  private probed(error: unknown): void {
    if (error === undefined) {
      this.unwellSinceMs = undefined;
      this.breaker.close();
      this.leases.serverAnswers();
      return;
    }
    const nowMs = this.clock.monotonic();
    this.unwellSinceMs ??= nowMs;
    if (nowMs - this.unwellSinceMs >= this.rideOutMs && this.breaker.state !== 'open') this.breaker.open(error);
  }

  private async end(deadlineMs: number): Promise<void> {
    this.probe.stop();
    await this.leases.drain(deadlineMs);
    clearInterval(this.watch);
    this.prober.close();
    await this.source?.stop();
  }

  private retryOptions(
    attempts: number,
    timeoutMs: number,
    signal: AbortSignal | undefined,
    decide: (error: unknown) => RetryDecision,
  ): RetryOptions {
    return {
      ...RETRY_PAUSE,
      attempts,
      budget: this.budget,
      clock: this.clock,
      deadlineMs: this.clock.monotonic() + timeoutMs,
      signal,
      decide,
      onRetry: () => this.leases.counters.retries++,
    };
  }
}

const WATCH_INTERVAL_MS = 1_000;

/** In place of a server when none is configured; never asked, since every call is refused before. */
const NO_SERVER: PostgresServerSource = {
  endpoint: NAME,
  url: () => Promise.reject(new PoolNotConfiguredError(NAME, POSTGRES_SETTINGS.url)),
  start: () => Promise.resolve(),
  stop: () => Promise.resolve(),
};

const connectorOptions = ({ connectTimeoutMs, queryTimeoutMs, sessionReset }: PostgresPoolOptions) => ({
  connectTimeoutMs,
  queryTimeoutMs,
  resetAlways: sessionReset === 'always',
  applicationName: 'performance-gateway',
});

const AT_ONCE: RetryDecision = { afterMs: 0 };

/** The server refused these before doing anything, so any statement may be repeated. */
const repeatStatement = (error: unknown): RetryDecision =>
  isReadOnlyRefusal(error) || isStalePlan(error) ? AT_ONCE : 'give-up';

const repeatIdempotent = (error: unknown): RetryDecision =>
  isConnectionFailure(error) ? AT_ONCE : repeatStatement(error);

const repeatTransaction = (error: unknown): RetryDecision =>
  isSerializationFailure(error) || isReadOnlyRefusal(error) ? AT_ONCE : 'give-up';
