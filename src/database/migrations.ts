import { type DataSource, MigrationExecutor } from 'typeorm';
import { DATABASE_SCHEMA } from './database.options';

/** Any number, the same in every copy of the service ("pgw" in ASCII). */
const LOCK_KEY = 0x70_67_77;

/**
 * Runs what is pending in one transaction that also holds a lock, so that copies that start together do not run a
 * migration twice; the lock goes with the transaction, whatever happens to the process. Answers the names of what ran,
 * or undefined when another copy is at it.
 */
export async function runMigrations(dataSource: DataSource): Promise<string[] | undefined> {
  const runner = dataSource.createQueryRunner();
  try {
    await runner.startTransaction();
    const [{ locked }] = (await runner.query('SELECT pg_try_advisory_xact_lock($1) AS locked', [LOCK_KEY])) as [
      { locked: boolean },
    ];
    if (!locked) return undefined;
    await runner.query(`CREATE SCHEMA IF NOT EXISTS ${DATABASE_SCHEMA}`);
    await runner.query(`SET LOCAL search_path TO ${DATABASE_SCHEMA}, public`);
    const done = await new MigrationExecutor(dataSource, runner).executePendingMigrations();
    await runner.commitTransaction();
    return done.map(({ name }) => name);
  } finally {
    if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined); // the first error counts
    await runner.release();
  }
}
