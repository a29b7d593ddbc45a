import { DomainError } from '../../common/errors/domain-error';
import { defineError } from '../../common/errors/error-definition';
import { messageOf } from '../pools.errors';
import { poolsOption, type PoolsOptionPath } from '../pools-option';

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
    /** What says how long queries may take in this pool. */
    option: PoolsOptionPath = 'postgres.queryTimeoutMs',
    cause?: unknown,
  ) {
    super(
      POOL_QUERY_TIMEOUT,
      `A query was cancelled after ${timeoutMs} ms. Make it faster, or give it more time with its timeoutMs or ${poolsOption(option)}.`,
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

const POOL_TRANSACTION_CONTROL = defineError('POOL_TRANSACTION_CONTROL', {
  status: 500,
  title: 'A transaction was begun or ended where that is not possible',
  remedy:
    'Inside transaction() return to commit and throw to roll back, or use savepoints; elsewhere call ' +
    'pools.postgres.transaction(), or keep one connection with use() or connect().',
});

/** BEGIN, COMMIT or the like was sent inside `transaction()`, or by a call that may take any connection. */
export class PostgresTransactionControlError extends DomainError {
  constructor(
    /** The first word of the statement, in upper case. */
    readonly statement: string,
    readonly where: 'transaction' | 'query',
  ) {
    super(POOL_TRANSACTION_CONTROL, `${statement} was not sent: ${TRANSACTION_REMEDIES[where]}`);
  }
}

const TRANSACTION_REMEDIES = {
  transaction:
    'transaction() begins and ends its transaction itself, and what came after it would have run outside of it. Return to ' +
    'commit, throw to roll back, or use SAVEPOINT and ROLLBACK TO SAVEPOINT.',
  query:
    'each query() may run on another connection, so the statements after it would not be in the transaction. Use ' +
    'pools.postgres.transaction(), or one client from use() or connect().',
};

const POOL_SESSION_STATEMENT = defineError('POOL_SESSION_STATEMENT', {
  status: 500,
  title: 'A statement that changes the session was sent to any connection',
  remedy:
    'Keep one connection for as long as the session must hold, with pools.postgres.use(); or bind it to a transaction, ' +
    'with SET LOCAL, pg_advisory_xact_lock or ON COMMIT DROP inside pools.postgres.transaction().',
});

/**
 * `query()` was asked to lock, set, listen or the like, which would have been undone as soon as the statement ended; or
 * any client was, behind a PgBouncer.
 */
export class PostgresSessionStatementError extends DomainError {
  constructor(
    /** The statement or function, in upper case. */
    readonly statement: string,
    readonly where: 'query' | 'pgbouncer' = 'query',
  ) {
    super(POOL_SESSION_STATEMENT, `${statement} was not sent: ${SESSION_REASONS[where](statement)}`);
  }
}

const SESSION_REASONS = {
  query: (statement: string) =>
    'it changes the session of one connection, each query() may run on another, and the change would be undone at ' +
    `once. ${sessionRemedy(statement)}`,
  pgbouncer: () =>
    'PgBouncer lends the session of the server to others after each transaction, and the change would reach them. Bind ' +
    'it to a transaction (SET LOCAL, pg_advisory_xact_lock, ON COMMIT DROP), or connect past PgBouncer for it.',
};

function sessionRemedy(statement: string): string {
  if (/ADVISORY_LOCK/.test(statement)) {
    return 'Lock with pg_advisory_xact_lock inside pools.postgres.transaction(), or keep one connection with use().';
  }
  if (statement === 'SET' || statement === 'SET_CONFIG') {
    return 'Use SET LOCAL inside pools.postgres.transaction(), or keep one connection with use().';
  }
  if (statement === 'PREPARE') return 'Pass a `name` with the query, or keep one connection with pools.postgres.use().';
  return 'Keep one connection with pools.postgres.use() or transaction() for all that belongs together.';
}

const POOL_CURSOR_OPEN = defineError('POOL_CURSOR_OPEN', {
  status: 500,
  title: 'A cursor or stream was still open on a connection',
  remedy: 'Read it to its end, or close or destroy it and await that, before the connection is used for anything else.',
});

/** A cursor, a stream or a COPY was open when its transaction or lease ended, or kept other statements waiting. */
export class PostgresCursorOpenError extends DomainError {
  constructor(what: string) {
    super(
      POOL_CURSOR_OPEN,
      `${what}, since a cursor, stream or COPY is open on its connection. Read it to its end, or close or destroy it, ` +
        'first; or use another connection meanwhile.',
    );
  }
}

const POOL_STATEMENT_UNAWAITED = defineError('POOL_STATEMENT_UNAWAITED', {
  status: 500,
  title: 'A connection was given back while a statement on it was not answered yet',
  remedy: 'Await every statement before the work on a connection ends.',
});

/** A lease ended while statements on it had no answer yet: those not sent never are, a running one may be cancelled. */
export class PostgresUnawaitedError extends DomainError {
  constructor(readonly statements: number) {
    super(
      POOL_STATEMENT_UNAWAITED,
      `A connection was given back while ${statements} ${statements === 1 ? 'statement' : 'statements'} on it had no ` +
        'answer yet, and may not have run. Await every statement before the work on a connection ends.',
    );
  }
}

const POOL_POSTGRES_USAGE = defineError('POOL_POSTGRES_USAGE', {
  status: 500,
  title: 'A connection of a pool cannot be used in this way',
  remedy: 'The message says what to call instead.',
});

/** A call that pg has and a pooled connection cannot serve; nothing was sent. */
export class PostgresUsageError extends DomainError {
  constructor(
    readonly attempted: string,
    remedy: string,
  ) {
    super(POOL_POSTGRES_USAGE, `${attempted} is not possible on a connection of the pool: ${remedy}.`);
  }
}

const POOL_CONNECTION_LOST = defineError('POOL_CONNECTION_LOST', {
  status: 503,
  title: 'A connection to PostgreSQL was lost while a statement ran on it',
  remedy:
    'Find out whether the statement took effect, or pass `idempotent: true` with those that may run twice: they are sent again.',
});

/** The connection broke before the answer came, so it is unknown whether the statement took effect. `cause` says how. */
export class PostgresConnectionLostError extends DomainError {
  constructor(cause: unknown) {
    super(
      POOL_CONNECTION_LOST,
      `The connection to PostgreSQL was lost before the answer came: ${messageOf(cause)}. Whether the statement took effect ` +
        'is unknown.',
      { cause },
    );
  }
  override get detail() {
    return 'The connection to the database was lost.';
  }
  override get retryAfterSeconds() {
    return 1;
  }
}

/** SQLSTATE of an error of the server, undefined for anything else. */
export function sqlState(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

const SOCKET_ERRORS: ReadonlySet<unknown> = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
]);

/** The connection is gone, or the server refuses new ones: it may be unknown whether a statement took effect. */
export function isConnectionFailure(error: unknown): boolean {
  return (
    error instanceof PostgresConnectionLostError || isLost(error) || /^(?:08|57P0|53300)/.test(sqlState(error) ?? '')
  );
}

/** The socket failed, which pg tells of without a code of PostgreSQL. */
function isLost(error: unknown): boolean {
  if (error instanceof DomainError) return false;
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (SOCKET_ERRORS.has(code)) return true;
  return /^(?:Connection terminated|Client has encountered a connection error|Client was closed)/.test(String(message));
}

/** What a caller gets for a failure of the driver: a lost connection and the server's own timeout have codes of the pool. */
export function asPoolError(error: unknown, timeoutMs: number, option: PoolsOptionPath): unknown {
  if (isStatementTimeout(error)) return new PostgresQueryTimeoutError(timeoutMs, option, error);
  return isLost(error) ? new PostgresConnectionLostError(error) : error;
}

/** The server works, and takes no more connections: 53300 of PostgreSQL, and PgBouncer above its `max_client_conn`. */
export const isServerFull = (error: unknown): boolean =>
  sqlState(error) === '53300' || (error instanceof Error && error.message.startsWith('no more connections allowed'));

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
function isStatementTimeout(error: unknown): boolean {
  return sqlState(error) === '57014' && /statement timeout/.test((error as Error).message);
}
