import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { EmbeddedPostgresInUseError, EmbeddedPostgresStartError } from './embedded-postgres.errors';

const SQLITE_BUSY = 5;

/**
 * Locks a folder for this process. It is a lock of the kernel (an fcntl lock, which Node offers only through SQLite), so
 * it ends with the process in any case, a reused process id does not confuse it, and other containers that mount the
 * same folder see it.
 */
export class DataFolderLock {
  private constructor(private readonly database: DatabaseSync) {}

  /** @throws EmbeddedPostgresInUseError when another process, or another server in this one, holds it */
  static acquire(folder: string): DataFolderLock {
    const ownerFile = join(folder, 'owner.pid');
    let database: DatabaseSync | undefined;
    try {
      database = new DatabaseSync(join(folder, 'lock'), { timeout: 0 });
      database.exec('PRAGMA journal_mode=MEMORY; BEGIN IMMEDIATE'); // EXCLUSIVE takes two steps: of two that race, both may be refused
    } catch (error) {
      database?.close();
      if ((error as { errcode?: number }).errcode === SQLITE_BUSY) {
        throw new EmbeddedPostgresInUseError(folder, readPid(ownerFile));
      }
      const { message } = error as Error;
      throw new EmbeddedPostgresStartError(`The folder ${folder} cannot be locked (${message}).`, '', { cause: error });
    }
    writeFileSync(ownerFile, `${process.pid}\n`);
    return new DataFolderLock(database);
  }

  release(): void {
    if (this.database.isOpen) this.database.close();
  }
}

function readPid(file: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(file, 'utf8'), 10) || undefined;
  } catch {
    return undefined; // only for the message: the lock itself does not depend on this file
  }
}
