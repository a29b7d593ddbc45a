import { randomUUID } from 'node:crypto';
import { delay } from '../../common/deadline';

/** How often a waiting process looks again while it cannot hear that a lock was released. */
const POLL_MS = 100;

/** Somebody's wait for a lock: to be ended by `stop`, or by waiting. */
export interface LockWatch {
  /** Resolves when the lock is released or its lease (ms left) is over, whichever comes first. */
  released(leftMs: number): Promise<void>;
  stop(): void;
}

/** Those in this process who wait for another process's load, and the locks it holds itself. */
export class LoadLocks {
  private readonly waiting = new Map<string, Set<() => void>>();
  private readonly renewals = new Set<NodeJS.Timeout>();

  constructor(
    readonly leaseMs: number,
    private readonly hearsReleases: () => boolean,
  ) {}

  newToken(): string {
    return randomUUID();
  }

  /** Begins to listen for the lock's release; before it is asked for, or the wake-up could come in between. */
  watch(lockKey: string): LockWatch {
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiters = this.waiting.get(lockKey) ?? new Set();
    this.waiting.set(lockKey, waiters.add(resolve));
    const stop = (): void => {
      waiters.delete(resolve);
      if (waiters.size === 0 && this.waiting.get(lockKey) === waiters) this.waiting.delete(lockKey);
    };
    const released = async (leftMs: number): Promise<void> => {
      // A little more than the lease: asked at the same moment, the lock would still be there.
      const waitMs = (this.hearsReleases() ? Math.max(0, leftMs) : Math.min(POLL_MS, Math.max(0, leftMs))) + 1;
      await Promise.race([promise, delay(waitMs)]);
      stop();
    };
    return { released, stop };
  }

  wake(lockKey: string): void {
    for (const resolve of this.waiting.get(lockKey) ?? []) resolve();
  }

  /** Repeats `renew` while the lock is held; call the answer to stop. */
  keep(renew: () => void): () => void {
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
