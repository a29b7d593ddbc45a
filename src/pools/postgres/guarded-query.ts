import type { QueryResult } from 'pg';
import { Deadline } from '../../common/deadline';
import type { PgCallback, PgQuery } from './pg-client';
import type { PostgresConnection } from './postgres-connection';
import { PostgresQueryTimeoutError } from './postgres.errors';

export interface QueryGuards {
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** For whom the connection may be held. */
  readonly owner?: object | undefined;
}

/**
 * One statement. It settles when the server answers, when its time is over or when the signal fires; in the last two
 * cases it is cancelled on the server. `timeoutMs` may be longer than `queryTimeoutMs` of the pool.
 */
export function guardedQuery<T = QueryResult>(
  connection: PostgresConnection,
  query: PgQuery | string,
  values: unknown,
  { timeoutMs = connection.keptTimeoutMs, signal, owner }: QueryGuards,
): Promise<T> {
  if (signal?.aborted) return Promise.reject(signal.reason);
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  let deadline: Deadline | undefined;
  const settle: PgCallback = (error, result) => {
    settle.unanswered = undefined;
    deadline?.clear();
    if (signal !== undefined) signal.removeEventListener('abort', onAbort);
    if (error) reject(signal?.aborted ? signal.reason : connection.poolError(error, timeoutMs));
    else resolve(result as T);
  };
  settle.unanswered = promise;
  const onAbort = () => {
    connection.withdraw(settle);
    settle(signal!.reason as Error, undefined);
  };
  if (signal !== undefined) signal.addEventListener('abort', onAbort, { once: true });
  if (timeoutMs !== undefined) {
    deadline = new Deadline(timeoutMs, () => {
      connection.withdraw(settle);
      settle(new PostgresQueryTimeoutError(timeoutMs, connection.queryTimeoutOption), undefined);
    });
  }
  const takesLonger = timeoutMs !== undefined && timeoutMs > connection.queryTimeoutMs;
  try {
    if (takesLonger) connection.allowLonger(timeoutMs, owner);
    connection.query(query, values, settle, owner);
    if (takesLonger) connection.endLonger(owner);
  } catch (error) {
    settle(error as Error, undefined);
  }
  return promise;
}
