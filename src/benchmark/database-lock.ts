import { setTimeout as sleep } from 'node:timers/promises';
import type { Pools } from '../pools/pools.service';

/** Any number, the same in every copy of the service ("pgb" in ASCII). */
const LOCK_KEY = 0x70_67_62;
const TIMEOUT_MS = 5_000;
/** The lock is held for as long as a benchmark runs, which is no leak. */
const LONGEST_RUN_MS = 15 * 60_000;

/**
 * A lock in PostgreSQL that lets one copy of the service at a time run benchmarks on a database; it ends with
 * its connection, so that a killed copy does not block the others.
 */
export class DatabaseLock {
  private constructor(private readonly release: () => Promise<void>) {}

  /** Undefined when another copy has it, and keeps it for longer than `patienceMs`. */
  static async acquire(pools: Pools, patienceMs = 0): Promise<DatabaseLock | undefined> {
    const pauseMs = 50;
    for (let waitedMs = 0; ; waitedMs += pauseMs) {
      const lock = await DatabaseLock.tryAcquire(pools);
      if (lock !== undefined || waitedMs >= patienceMs) return lock;
      await sleep(pauseMs);
    }
  }

  private static async tryAcquire({ postgres }: Pools): Promise<DatabaseLock | undefined> {
    const lease = await postgres.acquire({ leakThresholdMs: LONGEST_RUN_MS });
    try {
      const sql = 'SELECT pg_try_advisory_lock($1) AS locked';
      const { rows } = await lease.query<{ locked: boolean }>(sql, [LOCK_KEY], { timeoutMs: TIMEOUT_MS });
      if (rows[0]?.locked !== true) {
        lease.release();
        return undefined;
      }
    } catch (error) {
      if (!lease.released) lease.release(error);
      throw error;
    }
    return new DatabaseLock(async () => {
      try {
        await lease.query('SELECT pg_advisory_unlock($1)', [LOCK_KEY], { timeoutMs: TIMEOUT_MS });
        lease.release();
      } catch (error) {
        if (!lease.released) lease.release(error); // closes the connection, and the lock goes with it
      }
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }
}
