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

/** How many releases that did not arrive are remembered; what is beyond frees itself at the end of its lease. */
const MAX_UNRELEASED = 10_000;

/** Sends the release of a lock once more; rejects if it fails again. */
type ReleaseAgain = () => Promise<unknown>;

/** The calls of this process that wait for loads of other processes, and the renewals of the locks that it holds. */
export class LoadLocks {
  private readonly waiting = new Map<string, Set<() => void>>();
  private readonly renewals = new Set<NodeJS.Timeout>();
  /** By the token: how to release the locks whose release did not arrive. */
  private readonly unreleased = new Map<string, ReleaseAgain>();

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

  /** The release did not arrive, as far as is known: it is sent again when Redis is back. */
  notReleased(token: string, release: ReleaseAgain): void {
    if (this.unreleased.size < MAX_UNRELEASED) this.unreleased.set(token, release);
  }

  /** Redis is back: sends every release again that did not arrive. */
  releaseAgain(): void {
    const releases = [...this.unreleased];
    this.unreleased.clear();
    for (const [token, release] of releases) release().catch(() => this.notReleased(token, release));
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
