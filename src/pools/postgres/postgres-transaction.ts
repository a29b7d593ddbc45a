import { PostgresCursorOpenError, PostgresRolledBackError } from './postgres.errors';
import type { ManagedPostgresLease } from './managed-postgres-lease';
import type { PostgresClient } from './postgres-lease';

export interface TransactionOptions {
  readonly isolation?: 'read committed' | 'repeatable read' | 'serializable' | undefined;
  readonly readOnly?: boolean | undefined;
  /** Runs the whole transaction again, at most 5 times in all, when it lost against another one (40001, 40P01). */
  readonly retrySerialization?: boolean | undefined;
  readonly acquireTimeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** BEGIN, `work`, COMMIT. A failure leaves the transaction open: giving the connection back rolls it back. */
export async function runTransaction<T>(
  lease: ManagedPostgresLease,
  work: (tx: PostgresClient) => Promise<T>,
  { isolation, readOnly }: TransactionOptions,
): Promise<T> {
  const level = isolation === undefined ? '' : ` ISOLATION LEVEL ${LEVELS[isolation]}`;
  await lease.query(`BEGIN${level}${readOnly ? ' READ ONLY' : ''}`);
  lease.ownTransaction(true);
  const result = await work(lease);
  lease.ownTransaction(false);
  if (lease.hasOpenCursor) throw new PostgresCursorOpenError('A transaction was not committed');
  lease.abandonUnanswered(); // they run before COMMIT, which is a ROLLBACK when one fails
  const { command } = await lease.query('COMMIT');
  if (command === 'ROLLBACK') throw new PostgresRolledBackError();
  return result;
}

/** By name, so that nothing a caller passes becomes SQL. */
const LEVELS = {
  'read committed': 'READ COMMITTED',
  'repeatable read': 'REPEATABLE READ',
  serializable: 'SERIALIZABLE',
} as const;
