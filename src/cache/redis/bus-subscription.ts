import { endingBy, type Lifetime } from '../tiers/lifetime';
import type { CacheTime } from '../cache-time';

/** Why messages of other processes may be missed: the subscription, or Redis as a whole, is lost. */
type LossReason = 'bus' | 'redis';

/**
 * Whether this process receives the invalidations of other processes, and for how long memory may be served while it does
 * not: for `staleWithoutBusMs`. Once it receives them again, everything in memory has to be confirmed by Redis, unless it is
 * known that no message was missed.
 */
export class BusSubscription {
  private readonly lossReasons = new Set<LossReason>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly time: CacheTime,
    private readonly staleWithoutBusMs: number,
    /** Drops what memory holds, so that it is read from Redis again. */
    private readonly onMessagesLost: () => void,
  ) {}

  get isSubscribed(): boolean {
    return this.lossReasons.size === 0;
  }

  lost(reason: LossReason): void {
    this.lossReasons.add(reason);
    this.timer ??= setTimeout(this.onMessagesLost, this.staleWithoutBusMs).unref();
  }

  /** With `verified`, all messages of the time in between are known to have been received. */
  restored(reason: LossReason, verified = false): void {
    if (!this.lossReasons.delete(reason)) return;
    // Also while the other reason remains: messages sent during this loss are missing for good.
    if (!verified) this.onMessagesLost();
    if (!this.isSubscribed) return;
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  /** The lifetime, cut to what may be served while messages may be missed. */
  limitLifetime(life: Lifetime): Lifetime {
    if (this.isSubscribed) return life;
    return endingBy(life, this.time.now() + this.staleWithoutBusMs);
  }

  close(): void {
    clearTimeout(this.timer);
  }
}
