import type { QueryConfig, QueryResult, QueryResultRow } from 'pg';
import { pgPackage } from './pg-package';
import type { LeasePool } from '../lease-pool';
import type { AcquireOptions } from '../lease-pool.options';
import type { LeaseSlot } from '../lease-slot';
import { retryAfter } from '../retry';
import { guardedQuery } from './guarded-query';
import type { PgQuery } from './pg-client';
import type { PostgresConnection } from './postgres-connection';
import { type QueryOptions, withName } from './postgres-lease';
import { type PostgresRetries, repeatIdempotent, repeatStatement } from './postgres-retries';

export interface PoolQueryOptions extends QueryOptions, AcquireOptions {
  /** The statement may be sent again when the connection broke under it: running it twice does no harm. */
  readonly idempotent?: boolean | undefined;
}

/** Single statements, each on any free connection, and sent again where that is safe. */
export class PostgresStatements {
  constructor(
    private readonly leases: LeasePool<PostgresConnection>,
    private readonly borrow: (options: AcquireOptions | undefined) => Promise<LeaseSlot<PostgresConnection>>,
    private readonly retries: PostgresRetries,
    private readonly queryTimeoutMs: number,
  ) {}

  async query<Row extends QueryResultRow>(
    text: string | QueryConfig,
    values: readonly unknown[] | undefined,
    options: PoolQueryOptions | undefined,
  ): Promise<QueryResult<Row>> {
    this.retries.deposit();
    try {
      const slot = options === undefined ? this.leases.take() : undefined;
      if (slot !== undefined) return await this.on<Row>(slot, text as PgQuery | string, values, options);
      return await this.queryOnce<Row>(text, values, options);
    } catch (error) {
      const decide = options?.idempotent ? repeatIdempotent : repeatStatement;
      if (decide(error) !== 'give-up') {
        const timeoutMs = options?.timeoutMs ?? this.queryTimeoutMs;
        const policy = this.retries.forStatement(timeoutMs, options?.signal, decide);
        return await retryAfter(error, () => this.queryOnce<Row>(text, values, options), policy);
      }
      // pg creates its errors where it reads the socket; the stack of the caller says more.
      if (error instanceof pgPackage().DatabaseError) Error.captureStackTrace(error, this.query);
      throw error;
    }
  }

  private async queryOnce<Row extends QueryResultRow>(
    text: string | QueryConfig,
    values: readonly unknown[] | undefined,
    options: PoolQueryOptions | undefined,
  ): Promise<QueryResult<Row>> {
    const slot = this.leases.take() ?? (await this.borrow(options));
    return this.on(slot, withName(text, values, options?.name), values, options);
  }

  private on<Row extends QueryResultRow>(
    slot: LeaseSlot<PostgresConnection>,
    query: PgQuery | string,
    values: readonly unknown[] | undefined,
    { timeoutMs = slot.resource.keptTimeoutMs, signal }: PoolQueryOptions = {},
  ): Promise<QueryResult<Row>> {
    if (timeoutMs === undefined && signal === undefined) return this.run(slot, query, values);
    const answer = guardedQuery<QueryResult<Row>>(slot.resource, query, values, { timeoutMs, signal });
    return answer.finally(() => this.leases.release(slot));
  }

  /** The hot path: one promise, and the connection is free before the caller continues. */
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
        if (error) reject(slot.resource.poolError(error));
        else resolve(result as QueryResult<Row>);
      };
      try {
        slot.resource.query(query, values, settle);
      } catch (error) {
        settle(error as Error, undefined);
      }
    });
  }
}
