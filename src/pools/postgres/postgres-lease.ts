import type { QueryConfig, QueryResult, QueryResultRow, Submittable } from 'pg';
import type { LeasePool } from '../lease-pool';
import type { LeaseSlot } from '../lease-slot';
import { poolQueries, PoolOperation, traceCallback, traceOperation } from '../pool-tracing';
import { LeaseReleasedError, PoolClosedError } from '../pools.errors';
import { guardedQuery } from './guarded-query';
import type { PgCallback, PgQuery } from './pg-client';
import type { PostgresConnection } from './postgres-connection';

export interface QueryOptions {
  /** After this long (ms) the statement is cancelled on the server. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Prepares the statement once per connection under this name. */
  readonly name?: string | undefined;
}

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
}

/**
 * A borrowed connection, with the methods of pg's client that TypeORM, pg-cursor and pg-query-stream use. After the
 * release it refuses everything, so that a late statement cannot reach the next borrower of the connection.
 */
export class PostgresLease implements PostgresClient, AsyncDisposable {
  private slot: LeaseSlot<PostgresConnection> | undefined;
  private listeners: [event: string, listener: (...parameters: unknown[]) => void][] | undefined;

  constructor(
    private readonly pool: LeasePool<PostgresConnection>,
    slot: LeaseSlot<PostgresConnection>,
    private readonly name: string,
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
    if (!poolQueries.hasSubscribers) return this.send(this.slot.resource, query, values, last);
    const { resource } = this.slot;
    return traceOperation(poolQueries, queryOperation(this.name, query), () =>
      this.send(resource, query, values, last),
    );
  }

  /**
   * Gives the connection back, to be closed when `error` is given.
   * @throws LeaseReleasedError when it was given back before
   */
  readonly release = (error?: unknown): void => {
    const slot = this.slot;
    if (slot === undefined) throw this.releasedError('release()');
    this.slot = undefined;
    if (this.listeners !== undefined) {
      for (const [event, listener] of this.listeners) slot.resource.client.off(event, listener);
    }
    this.pool.release(slot, error === false || error === null ? undefined : error);
  };

  /** Listens to pg's client until the release. */
  on(event: string, listener: (...parameters: never[]) => void): this {
    if (this.slot === undefined) throw this.releasedError(`on("${event}")`);
    const entry: [string, (...parameters: unknown[]) => void] = [event, listener as (...p: unknown[]) => void];
    (this.listeners ??= []).push(entry);
    this.slot.resource.client.on(...entry);
    return this;
  }

  removeListener(event: string, listener: (...parameters: never[]) => void): this {
    this.slot?.resource.client.off(event, listener as (...p: unknown[]) => void);
    this.listeners = this.listeners?.filter(([name, known]) => name !== event || known !== listener);
    return this;
  }

  /** Gives the connection back if that has not happened; an open transaction is rolled back. */
  [Symbol.asyncDispose](): Promise<void> {
    if (this.slot !== undefined) this.release();
    return Promise.resolve();
  }

  private send(
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
    return this.slot.resource.submit(stream);
  }

  private queryWithCallback(query: string | QueryConfig, values: unknown, callback: PgCallback): void {
    if (this.slot === undefined) return process.nextTick(callback, this.releasedError('query()'), undefined);
    const { resource } = this.slot;
    const run = (settle: PgCallback) => resource.query(query as PgQuery | string, values, settle);
    if (poolQueries.hasSubscribers) traceCallback(poolQueries, queryOperation(this.name, query), callback, run);
    else run(callback);
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

const isSubmittable = (query: unknown): query is Submittable =>
  typeof (query as Submittable | undefined)?.submit === 'function';
