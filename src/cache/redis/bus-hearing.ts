import type { Lifetime } from '../tiers/lifetime';
import type { CacheTime } from '../cache-time';

/**
 * Whether this process hears of other processes' invalidations, and what memory is worth while it does not: entries are
 * served for `staleWithoutBusMs` more, and everything has to be confirmed once it hears again.
 */
export class BusHearing {
  private readonly deaf = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly time: CacheTime,
    private readonly staleWithoutBusMs: number,
    /** Has everything in memory asked of Redis again. */
    private readonly doubtAll: () => void,
  ) {}

  get hears(): boolean {
    return this.deaf.size === 0;
  }

  lost(reason: string): void {
    this.deaf.add(reason);
    this.timer ??= setTimeout(this.doubtAll, this.staleWithoutBusMs).unref();
  }

  back(reason: string): void {
    if (!this.deaf.delete(reason)) return;
    // Also while another reason lasts: what could not be heard for this one is unknown from now on.
    this.doubtAll();
    if (!this.hears) return;
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  bounded(life: Lifetime): Lifetime {
    if (this.hears) return life;
    const until = this.time.now() + this.staleWithoutBusMs;
    const expiresAt = Math.min(life.expiresAt, until);
    const staleMs = life.staleUntil === life.expiresAt ? 0 : life.staleUntil - life.expiresAt;
    return { expiresAt, staleUntil: expiresAt + staleMs, refreshAt: Math.min(life.refreshAt, expiresAt) };
  }

  close(): void {
    clearTimeout(this.timer);
  }
}
