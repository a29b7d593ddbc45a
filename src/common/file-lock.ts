import { DatabaseSync } from 'node:sqlite';

const SQLITE_BUSY = 5;

/**
 * A lock on a file for this process. It is a lock of the kernel (an fcntl lock, which Node offers only through SQLite),
 * so it ends with the process in any case, a reused process id does not confuse it, and other containers that mount the
 * same folder see it.
 */
export class FileLock {
  private constructor(private readonly database: DatabaseSync) {}

  /** Undefined when another process, or another part of this one, holds it. @throws when there can be no such file */
  static tryAcquire(path: string): FileLock | undefined {
    let database: DatabaseSync | undefined;
    try {
      database = new DatabaseSync(path, { timeout: 0 });
      database.exec('PRAGMA journal_mode=MEMORY; BEGIN IMMEDIATE'); // EXCLUSIVE takes two steps: of two that race, both may be refused
      return new FileLock(database);
    } catch (error) {
      database?.close();
      if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return undefined;
      throw error;
    }
  }

  release(): void {
    if (this.database.isOpen) this.database.close();
  }
}
