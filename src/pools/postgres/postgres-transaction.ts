import { PostgresCursorOpenError, PostgresRolledBackError } from './postgres.errors';
import type { ManagedPostgresLease } from './managed-postgres-lease';
import type { PostgresClient } from './postgres-lease';
import type { TransactionOptions } from './transaction.options';
import { type RunIn, TransactionScope } from './transaction-scope';

/** BEGIN, `work`, COMMIT. A failure leaves the transaction open: giving the connection back rolls it back. */
export async function runTransaction<T>(
  lease: ManagedPostgresLease,
  work: (tx: PostgresClient) => Promise<T>,
  { isolation, readOnly }: TransactionOptions,
  runIn: RunIn,
): Promise<T> {
  const level = isolation === undefined ? '' : ` ISOLATION LEVEL ${LEVELS[isolation]}`;
  await lease.query(`BEGIN${level}${readOnly ? ' READ ONLY' : ''}`);
  lease.ownTransaction(true);
  const scope = new TransactionScope(lease, undefined, runIn);
  const result = await runIn(scope, () => work(lease)).finally(() => scope.close());
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
