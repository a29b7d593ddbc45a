import { randomUUID } from 'node:crypto';
import { doneWithin } from '../../common/deadline';

/** How often a waiting process tries again while it does not receive messages about released locks. */
const POLL_MS = 100;

/** One wait for a lock. It ends when `released` resolves, or with `stop`. */
export interface LockWatch {
  /** Resolves when the lock is released or after the rest of its lease (ms), whichever comes first. */
  released(leftMs: number): Promise<void>;
  stop(): void;
}

/** The calls of this process that wait for loads of other processes, and the renewals of the locks that it holds. */
export class LoadLocks {
  private readonly waiting = new Map<string, Set<() => void>>();
  private readonly renewals = new Set<NodeJS.Timeout>();

  constructor(
    readonly leaseMs: number,
    private readonly isSubscribed: () => boolean,
  ) {}

  newToken(): string {
    return randomUUID();
  }

  /** Begins to wait for the lock's release. Call it before the lock is requested: the release may come right after. */
  watch(lockKey: string): LockWatch {
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiters = this.waiting.get(lockKey) ?? new Set();
    this.waiting.set(lockKey, waiters.add(resolve));
    const stop = (): void => {
      waiters.delete(resolve);
      if (waiters.size === 0 && this.waiting.get(lockKey) === waiters) this.waiting.delete(lockKey);
    };
    const released = async (leftMs: number): Promise<void> => {
      // One ms more than the lease: exactly at its end the lock would still be there.
      const waitMs = (this.isSubscribed() ? Math.max(0, leftMs) : Math.min(POLL_MS, Math.max(0, leftMs))) + 1;
      await doneWithin(promise, waitMs);
      stop();
    };
    return { released, stop };
  }

  wake(lockKey: string): void {
    for (const resolve of this.waiting.get(lockKey) ?? []) resolve();
  }

  /** Calls `renew` at every third of the lease; call the returned function to stop. */
  renewRegularly(renew: () => void): () => void {
    const timer = setInterval(renew, this.leaseMs / 3).unref();
    this.renewals.add(timer);
    return () => {
      clearInterval(timer);
      this.renewals.delete(timer);
    };
  }

  close(): void {
    for (const timer of this.renewals) clearInterval(timer);
    for (const waiters of this.waiting.values()) for (const resolve of waiters) resolve();
  }
}
