import type { DataSource } from 'typeorm';
import { typeOrmPackage } from './typeorm-package';

/** Any number, as long as all copies of the service use the same ("pgw" in ASCII). */
const LOCK_KEY = 0x70_67_77;

/**
 * Runs the pending migrations in one transaction that also holds a lock, so that copies that start together do not run a
 * migration twice. The lock ends with the transaction, also when the process dies. Resolves with the names of the
 * migrations that ran, or undefined when another copy is running them.
 */
export async function runMigrations(dataSource: DataSource, schema: string | undefined): Promise<string[] | undefined> {
  if (schema === undefined && dataSource.migrations.length === 0) return [];
  const runner = dataSource.createQueryRunner();
  try {
    await runner.startTransaction();
    const [{ locked }] = (await runner.query('SELECT pg_try_advisory_xact_lock($1) AS locked', [LOCK_KEY])) as [
      { locked: boolean },
    ];
    if (!locked) return undefined;
    if (schema !== undefined) {
      await runner.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
      await runner.query(`SET LOCAL search_path TO ${schema}, public`);
    }
    const { MigrationExecutor } = typeOrmPackage();
    const done = await new MigrationExecutor(dataSource, runner).executePendingMigrations();
    await runner.commitTransaction();
    return done.map(({ name }) => name);
  } finally {
    if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined); // the first error is the one to throw
    await runner.release();
  }
}
