import { DomainError } from '../../common/errors/domain-error';
import { defineError } from '../../common/errors/error-definition';
import { poolsOption } from '../pools-option';

const POOL_QUERY_TIMEOUT = defineError('POOL_QUERY_TIMEOUT', {
  status: 504,
  title: 'A query took longer than it may',
  remedy:
    'Make the query faster, or give it more time with its timeoutMs or PoolsModule.forRoot({ postgres: { queryTimeoutMs } }).',
});

/** A query did not finish in its time; it was cancelled on the server. */
export class PostgresQueryTimeoutError extends DomainError {
  constructor(
    readonly timeoutMs: number,
    cause?: unknown,
  ) {
    super(
      POOL_QUERY_TIMEOUT,
      `A query was cancelled after ${timeoutMs} ms. Make it faster, or give it more time with its timeoutMs or ${poolsOption('postgres.queryTimeoutMs')}.`,
      { cause },
    );
  }
  override get detail() {
    return `A query of the database took longer than ${this.timeoutMs} ms.`;
  }
}

const POOL_TRANSACTION_ROLLED_BACK = defineError('POOL_TRANSACTION_ROLLED_BACK', {
  status: 500,
  title: 'A transaction was rolled back instead of committed',
  remedy: 'One of its statements had failed and the failure was swallowed: let it reach transaction().',
});

/** COMMIT was asked for, but a statement had failed before: PostgreSQL rolled back without calling it an error. */
export class PostgresRolledBackError extends DomainError {
  constructor() {
    super(
      POOL_TRANSACTION_ROLLED_BACK,
      'The transaction was rolled back instead of committed, since one of its statements had failed and the failure was ' +
        'swallowed. Let it reach transaction(), or guard the statement with a savepoint.',
    );
  }
}

/** SQLSTATE of an error of the server, undefined for anything else. */
export function sqlState(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** The connection is gone, or the server refuses new ones: it may be unknown whether a statement took effect. */
export function isConnectionFailure(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined && !/^E[A-Z]+$/.test(state)) return /^(?:08|57P0|53300)/.test(state);
  const { code, message } = error as { code?: string; message?: string };
  return (
    ['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND'].includes(
      code ?? '',
    ) || /^(?:Connection terminated|Client has encountered a connection error|Client was closed)/.test(message ?? '')
  );
}

/** 40001 and 40P01: the transaction lost against another one and may be run again as a whole. */
export function isSerializationFailure(error: unknown): boolean {
  const state = sqlState(error);
  return state === '40001' || state === '40P01';
}

/** 25006: the server takes no writes; after a failover it is the old primary. */
export const isReadOnlyRefusal = (error: unknown): boolean => sqlState(error) === '25006';

/** A prepared statement that no longer exists or fits the schema: the server has refused before doing anything. */
export function isStalePlan(error: unknown): boolean {
  const state = sqlState(error);
  return (
    state === '26000' || (state === '0A000' && (error as { routine?: string }).routine === 'RevalidateCachedQuery')
  );
}

/** The server's own `statement_timeout` has cancelled the statement. */
export function isStatementTimeout(error: unknown): boolean {
  return sqlState(error) === '57014' && /statement timeout/.test((error as Error).message);
}
