import { Pool, type PoolClient, type QueryConfig, type QueryResult } from 'pg';
import { joinedClient } from './joined-client';
import type { ManagedPostgresLease } from './managed-postgres-lease';
import { PostgresUsageError } from './postgres.errors';
import { queryRefusal } from './query-refusal';
import { isSubmittable } from './submitted-query';
import type { TransactionScope } from './transaction-scope';

/** What the driver pool needs of the pool. */
interface LendingPool {
  /** `below` is the function whose caller took the lease, for reports of leaks. */
  lend(below: (...parameters: never[]) => unknown): Promise<ManagedPostgresLease>;
  /** The transaction in which the caller is. */
  scope(): TransactionScope | undefined;
  query(text: string | QueryConfig, values?: readonly unknown[]): Promise<QueryResult>;
  counts(): { readonly inUse: number; readonly idle: number; readonly waiting: number; readonly max: number; readonly min: number }; // prettier-ignore
}

type Callback<T> = (error: unknown, result?: T) => void;
type ConnectCallback = (error: unknown, client: PoolClient | undefined, release: (error?: unknown) => void) => void;

/** The members of pg's pool that this one has in a way of its own. */
type Replaced = 'connect' | 'query' | 'end' | 'options' | 'totalCount' | 'idleCount' | 'waitingCount';
const PgPool = Pool as unknown as new () => Omit<Pool, Replaced>;

/** The events of pg's pool that tell of a client. */
const CLIENT_EVENTS = ['connect', 'acquire', 'release', 'remove'] as const;

/**
 * This pool as a `pg.Pool`, for libraries that take one. Every lease is a client of its own to them, because its session
 * is reset when it comes back: `connect` and `acquire` are emitted when it is lent, `release` and `remove` when it is
 * given back. Inside of `transaction()` they get the connection of that transaction. `error` is emitted for a connection that was lost while idle. `end()` does nothing, since the application
 * drains the pool. What it cannot do as pg's pool does throws `PostgresUsageError`, `PostgresTransactionControlError` or `PostgresSessionStatementError`.
 */
export class PostgresDriverPool extends PgPool {
  constructor(private readonly pool: LendingPool) {
    super(); // opens nothing
    Object.defineProperty(this, 'options', { value: new DriverPoolOptions(pool), enumerable: false });
  }

  connect(): Promise<PoolClient>;
  connect(callback: ConnectCallback): void;
  connect(callback?: ConnectCallback): Promise<PoolClient> | void {
    const lease = this.lend(this.connect);
    if (callback === undefined) return lease as unknown as Promise<PoolClient>;
    // In a tick of its own: what a callback throws is an uncaught exception, as with pg, and no rejection.
    lease.then(
      (client) => process.nextTick(callback, undefined, client, client.release),
      (error: unknown) => process.nextTick(callback, error, undefined, () => undefined),
    );
  }

  query(text: string | QueryConfig, values?: readonly unknown[]): Promise<QueryResult>;
  query(text: string | QueryConfig, callback: Callback<QueryResult>): void;
  query(text: string | QueryConfig, values: readonly unknown[] | undefined, callback: Callback<QueryResult>): void;
  query(
    text: string | QueryConfig,
    given?: readonly unknown[] | Callback<QueryResult>,
    last?: Callback<QueryResult>,
  ): Promise<QueryResult> | void {
    const [values, callback] = typeof given === 'function' ? [undefined, given] : [given, last];
    if (typeof text === 'function') {
      return void process.nextTick(text, new PostgresUsageError('query(callback)', 'the statement comes first'));
    }
    const answer = this.answer(text, values);
    if (callback === undefined) return answer;
    answer.then(
      (result) => process.nextTick(callback, undefined, result),
      (error: unknown) => process.nextTick(callback, error),
    );
  }

  end(callback?: (error?: unknown) => void): Promise<void> | void {
    if (callback === undefined) return Promise.resolve();
    process.nextTick(callback);
  }

  get totalCount(): number {
    const { inUse, idle } = this.pool.counts();
    return inUse + idle;
  }
  get idleCount(): number {
    return this.pool.counts().idle;
  }
  get waitingCount(): number {
    return this.pool.counts().waiting;
  }

  /** To be called when a connection was lost while it was idle. */
  lostIdle(error: unknown, client: unknown): void {
    if (this.listenerCount('error') > 0) this.emit('error', error, client);
  }

  private async lend(below: (...parameters: never[]) => unknown): Promise<ManagedPostgresLease> {
    const scope = this.pool.scope();
    if (scope !== undefined) return joinedClient(scope);
    const lease = await this.pool.lend(below);
    lease.whenReleased((error) => {
      this.emit('release', error, lease);
      this.emit('remove', lease);
    });
    try {
      this.emit('connect', lease);
      this.emit('acquire', lease);
    } catch (error) {
      if (!lease.released) lease.release();
      throw error;
    }
    return lease;
  }

  private async answer(text: string | QueryConfig, values: readonly unknown[] | undefined): Promise<QueryResult> {
    if (isSubmittable(text)) return await this.pool.query(text, values); // it says what to do instead
    const refusal = queryRefusal(text);
    if (refusal !== undefined) throw refusal;
    const isInTransaction = this.pool.scope() !== undefined;
    const isWatched = !isInTransaction && CLIENT_EVENTS.some((event) => this.listenerCount(event) > 0);
    if (!isWatched) return await this.pool.query(text, values);
    const lease = await this.lend(this.query);
    try {
      return await lease.query(text, values);
    } finally {
      if (!lease.released) lease.release();
    }
  }
}

/** What libraries read of `pool.options`: limits, and nothing that a connection could be opened with. */
class DriverPoolOptions {
  readonly maxUses = Infinity;
  readonly allowExitOnIdle = false;

  constructor(pool: LendingPool) {
    // Enumerable, so that a copy of the options throws as well: with what it lacks it would lead to another server.
    for (const name of ['host', 'port', 'database', 'user', 'password', 'connectionString', 'ssl']) {
      Object.defineProperty(this, name, { get: () => refuse(name), enumerable: true });
    }
    Object.defineProperty(this, 'max', { get: () => pool.counts().max, enumerable: true });
    Object.defineProperty(this, 'min', { get: () => pool.counts().min, enumerable: true });
  }
}

function refuse(name: string): never {
  throw new PostgresUsageError(`options.${name}`, 'take connections from connect() instead of opening others');
}
