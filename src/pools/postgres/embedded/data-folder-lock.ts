import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileLock } from '../../../common/file-lock';
import { EmbeddedPostgresInUseError, EmbeddedPostgresStartError } from './embedded-postgres.errors';

/** Locks a folder for this process. */
export class DataFolderLock {
  private constructor(private readonly lock: FileLock) {}

  /** @throws EmbeddedPostgresInUseError when another process, or another server in this one, holds it */
  static acquire(folder: string): DataFolderLock {
    const ownerFile = join(folder, 'owner.pid');
    const lock = lockIn(folder);
    if (lock === undefined) throw new EmbeddedPostgresInUseError(folder, readPid(ownerFile));
    writeFileSync(ownerFile, `${process.pid}\n`);
    return new DataFolderLock(lock);
  }

  release(): void {
    this.lock.release();
  }
}

function lockIn(folder: string): FileLock | undefined {
  try {
    return FileLock.tryAcquire(join(folder, 'lock'));
  } catch (error) {
    const { message } = error as Error;
    throw new EmbeddedPostgresStartError(`The folder ${folder} cannot be locked (${message}).`, '', { cause: error });
  }
}

function readPid(file: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(file, 'utf8'), 10) || undefined;
  } catch {
    return undefined; // only for the message: the lock itself does not depend on this file
  }
}
