import type { QueryConfig, QueryResult, QueryResultRow, Submittable, types } from 'pg';
import type { LeasePool } from '../lease-pool';
import type { LeaseSlot } from '../lease-slot';
import { poolQueries, PoolOperation, traceCallback, traceOperation } from '../pool-tracing';
import { LeaseReleasedError, PoolClosedError } from '../pools.errors';
import { guardedQuery } from './guarded-query';
import { LeaseListeners } from './lease-listeners';
import type { PgCallback, PgClient, PgQuery } from './pg-client';
import { pgPackage } from './pg-package';
import type { PostgresConnection } from './postgres-connection';
import { PostgresTransactionControlError, PostgresUsageError } from './postgres.errors';
import { RowCursor } from './row-cursor';
import { RowStream, type StreamOptions } from './row-stream';
import { isSubmittable } from './submitted-query';
import { transactionControl } from './transaction-control';

export interface QueryOptions {
  /** After this long (ms) the statement is cancelled on the server. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Prepares the statement once per connection under this name. */
  readonly name?: string | undefined;
}

/** How many rows of a stream are read at once. */
const BATCH_ROWS = 100;
const MAX_BATCH_ROWS = 100_000;

/** What a borrower may do with a connection. */
export interface PostgresClient {
  /**
   * Runs one statement.
   * @throws PostgresQueryTimeoutError, LeaseReleasedError, the server's error, the signal's reason
   */
  query<Row extends QueryResultRow = QueryResultRow>(
    text: string | QueryConfig,
    values?: readonly unknown[],
    options?: QueryOptions,
  ): Promise<QueryResult<Row>>;

  /**
   * The rows of one statement one by one, read from the server as they are asked for. Others may run on the connection
   * in between if it is in a transaction; else the stream has one of its own, and they wait until it ends.
   * @throws (when read) PostgresQueryTimeoutError, LeaseReleasedError, the server's error, the signal's reason
   */
  stream<Row extends QueryResultRow = QueryResultRow>(
    text: string | QueryConfig,
    values?: readonly unknown[],
    options?: StreamOptions,
  ): RowStream<Row>;
}

/**
 * A borrowed connection, with the methods of pg's client that TypeORM, pg-cursor and pg-query-stream use. After the
 * release it refuses everything, so that a late statement cannot reach the next borrower of the connection.
 */
export class PostgresLease implements PostgresClient, AsyncDisposable {
  protected slot: LeaseSlot<PostgresConnection> | undefined;
  private attached: LeaseListeners | undefined;
  /** Called when the lease is given back, with the error it was given back with. */
  protected onRelease: ((error: unknown) => void) | undefined;
  /** What a statement has to wait for. */
  protected obstacle: (() => Promise<unknown> | undefined) | undefined;
  /** `transaction()` begins and ends the transaction; statements that would do it are refused. */
  protected transactionIsOwned = false;

  constructor(
    private readonly pool: LeasePool<PostgresConnection>,
    slot: LeaseSlot<PostgresConnection>,
    protected readonly name: string,
    private readonly signal?: AbortSignal,
  ) {
    this.slot = slot;
  }

  get released(): boolean {
    return this.slot === undefined;
  }

  query<Row extends QueryResultRow = QueryResultRow>(
    text: string | QueryConfig,
    values?: readonly unknown[],
    options?: QueryOptions,
  ): Promise<QueryResult<Row>>;
  query(text: string | QueryConfig, values: unknown, callback: PgCallback): void;
  query(text: string | QueryConfig, callback: PgCallback): void;
  query<T extends Submittable>(stream: T): T;
  query(query: string | QueryConfig | Submittable, values?: unknown, last?: QueryOptions | PgCallback): unknown {
    if (isSubmittable(query)) return this.submit(query);
    if (typeof values === 'function') return this.queryWithCallback(query, undefined, values as PgCallback);
    if (typeof last === 'function') return this.queryWithCallback(query, values, last);
    if (this.slot === undefined) return Promise.reject(this.releasedError('query()'));
    if (this.slot.state === 'closed') return Promise.reject(new PoolClosedError(this.name)); // by the end of a drain
    const refusal = this.refusal(query, this.slot.resource);
    if (refusal !== undefined) return Promise.reject(refusal);
    const obstacle = this.obstacle?.();
    if (obstacle !== undefined) return obstacle.then(() => this.query(query, values as unknown[], last));
    if (!poolQueries.hasSubscribers) return this.send(this.slot.resource, query, values, last);
    return this.traced(this.slot.resource, query, values, last);
  }

  stream<Row extends QueryResultRow = QueryResultRow>(
    text: string | QueryConfig,
    values?: readonly unknown[],
    options: StreamOptions = {},
  ): RowStream<Row> {
    const open = () => this.openCursor(text, values, options);
    return new RowStream<Row>({ open }, options.signal ?? this.signal).begin();
  }

  /** @throws LeaseReleasedError, PostgresTransactionControlError, PostgresUsageError, PostgresSessionStatementError */
  protected openCursor(
    query: string | QueryConfig,
    values?: readonly unknown[],
    { timeoutMs, batchRows = BATCH_ROWS }: StreamOptions = {},
  ): RowCursor {
    const { slot } = this;
    if (slot === undefined) throw this.releasedError('stream()');
    if (slot.state === 'closed') throw new PoolClosedError(this.name);
    if (isSubmittable(query)) throw new PostgresUsageError('stream() of a cursor or stream', 'pass it to query()');
    if (!(Number.isInteger(batchRows) && batchRows >= 1 && batchRows <= MAX_BATCH_ROWS)) {
      throw new PostgresUsageError(`stream() with batchRows ${batchRows}`, `it takes 1 to ${MAX_BATCH_ROWS}`);
    }
    const refusal = this.refusal(query, slot.resource);
    if (refusal !== undefined) throw refusal;
    const config = typeof query === 'string' ? { text: query } : query;
    const lease = {
      poolName: this.name,
      isReleased: () => this.released,
      obstacle: () => this.obstacle?.(),
    };
    const withValues = { ...config, values: (values as unknown[]) ?? config.values };
    return new RowCursor(slot.resource, lease, withValues, { timeoutMs, batchRows });
  }

  /**
   * Gives the connection back, to be closed when `error` is given.
   * @throws LeaseReleasedError when it was given back before
   */
  readonly release = (error?: unknown): void => {
    const slot = this.slot;
    if (slot === undefined) throw this.releasedError('release()');
    this.slot = undefined;
    this.attached?.removeAll();
    slot.resource.abandonUnanswered();
    this.pool.release(slot, error === false || error === null ? undefined : error);
    this.onRelease?.(error);
  };

  /** Listens to pg's client until the release. */
  on(event: string, listener: (...parameters: never[]) => void): this {
    this.listening(`on("${event}")`).add(event, listener);
    return this;
  }

  addListener(event: string, listener: (...parameters: never[]) => void): this {
    return this.on(event, listener);
  }

  once(event: string, listener: (...parameters: never[]) => void): this {
    this.listening(`once("${event}")`).addOnce(event, listener);
    return this;
  }

  off(event: string, listener: (...parameters: never[]) => void): this {
    this.attached?.remove(event, listener);
    return this;
  }

  removeListener(event: string, listener: (...parameters: never[]) => void): this {
    return this.off(event, listener);
  }

  /** Removes the listeners of this lease; the pool's own stay. */
  removeAllListeners(event?: string): this {
    this.attached?.removeAll(event);
    return this;
  }

  listeners(event: string): ((...parameters: never[]) => void)[] {
    return this.attached?.of(event) ?? [];
  }

  listenerCount(event: string): number {
    return this.listeners(event).length;
  }

  /** The process of the server that runs the statements. */
  get processID(): number | null {
    return this.client('processID').processID;
  }

  getTransactionStatus(): string | null {
    return this.client('getTransactionStatus()').getTransactionStatus();
  }

  escapeIdentifier(name: string): string {
    return pgPackage().escapeIdentifier(name);
  }

  escapeLiteral(text: string): string {
    return pgPackage().escapeLiteral(text);
  }

  getTypeParser(...parameters: Parameters<typeof types.getTypeParser>): unknown {
    return pgPackage().types.getTypeParser(...parameters);
  }

  /** @throws PostgresUsageError always: it would hold for the next borrower too */
  setTypeParser(): never {
    throw new PostgresUsageError('setTypeParser()', "pass `types` with the query, or set pg's own `types` for all");
  }

  /** Resolves at once: the connection is open. */
  connect(): Promise<this> {
    return Promise.resolve(this);
  }

  /** @throws PostgresUsageError always: the connection is the pool's */
  end(): never {
    throw new PostgresUsageError('end()', 'call release(), or release(true) to have the connection closed');
  }

  /** Gives the connection back if that has not happened; an open transaction is rolled back. */
  [Symbol.asyncDispose](): Promise<void> {
    if (this.slot !== undefined) this.release();
    return Promise.resolve();
  }

  private traced(
    connection: PostgresConnection,
    query: string | QueryConfig,
    values: unknown,
    options: QueryOptions | undefined,
  ): Promise<QueryResult> {
    let answer: Promise<QueryResult> | undefined;
    const traced = traceOperation(poolQueries, queryOperation(this.name, query), () => {
      answer = this.send(connection, query, values, options);
      return answer;
    });
    connection.passAnswerOn(answer!, traced);
    return traced;
  }

  protected send(
    connection: PostgresConnection,
    query: string | QueryConfig,
    values: unknown,
    options: QueryOptions | undefined,
  ): Promise<QueryResult> {
    return guardedQuery(connection, withName(query, values, options?.name), values, {
      timeoutMs: options?.timeoutMs,
      signal: options?.signal ?? this.signal,
    });
  }

  private submit<T extends Submittable>(stream: T): T {
    if (this.slot === undefined) throw this.releasedError('query()');
    if (this.slot.state === 'closed') throw new PoolClosedError(this.name);
    return this.slot.resource.submit(stream);
  }

  private queryWithCallback(query: string | QueryConfig, values: unknown, callback: PgCallback): void {
    if (this.slot === undefined) return process.nextTick(callback, this.releasedError('query()'), undefined);
    const { resource } = this.slot;
    const refusal = this.refusal(query, resource);
    if (refusal !== undefined) return process.nextTick(callback, refusal, undefined);
    const run = (settle: PgCallback) => resource.query(query as PgQuery | string, values, calledOnce(settle, resource));
    if (poolQueries.hasSubscribers) traceCallback(poolQueries, queryOperation(this.name, query), callback, run);
    else run(callback);
  }

  private refusal(query: string | QueryConfig, connection: PostgresConnection): Error | undefined {
    const text = typeof query === 'string' ? query : (query?.text ?? '');
    const [statement] = this.transactionIsOwned ? transactionControl(text) : [];
    if (statement !== undefined) return new PostgresTransactionControlError(statement, 'transaction');
    return connection.refusal(text);
  }

  private listening(what: string): LeaseListeners {
    return (this.attached ??= new LeaseListeners(this.client(what)));
  }

  private client(what: string): PgClient {
    if (this.slot === undefined) throw this.releasedError(what);
    return this.slot.resource.client;
  }

  private releasedError(what: string): LeaseReleasedError {
    return new LeaseReleasedError(this.name, what);
  }
}

/** A statement as tracers see it: its text, never its values. */
export const queryOperation = (pool: string, query: string | QueryConfig): PoolOperation =>
  new PoolOperation(pool, 'query', typeof query === 'string' ? query : query.text);

/** The query as pg takes it, prepared under `name` if there is one. */
export function withName(query: string | QueryConfig, values: unknown, name: string | undefined): PgQuery | string {
  if (name === undefined) return query as PgQuery | string;
  const config: QueryConfig = typeof query === 'string' ? { text: query } : query;
  return { ...config, values: (values ?? config.values) as unknown[] | undefined, name };
}

/** A statement that is given up at the release calls back then, and again when the server has answered. */
function calledOnce(callback: PgCallback, connection: PostgresConnection): PgCallback {
  const once: PgCallback = (error, result) => {
    if (once.unanswered === undefined) return;
    once.unanswered = undefined;
    callback(error ? (connection.poolError(error) as Error) : error, result);
  };
  once.unanswered = true;
  return once;
}
