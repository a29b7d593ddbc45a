import { Logger } from '@nestjs/common';
import type { Clock } from '../common/clock';
import type { WindowCount, WindowStore } from './window-store';

const PAUSE_MS = 1_000;

/**
 * Asks the shared store, and the one of this process when that fails; after a failure it leaves the shared one alone
 * for a second, so that a frozen Redis delays one request a second and not each of them.
 */
export class FallbackWindowStore implements WindowStore {
  private readonly logger = new Logger('RateLimit');
  private sharedAgainAt = 0;
  private shared: 'used' | 'failing' = 'used';

  constructor(
    private readonly primary: WindowStore,
    private readonly local: WindowStore,
    private readonly clock: Clock,
  ) {}

  async hit(key: string, windowMs: number): Promise<WindowCount> {
    if (this.clock.monotonic() < this.sharedAgainAt) return this.local.hit(key, windowMs);
    // One request tries; those that come while it waits are counted here.
    if (this.shared === 'failing') this.sharedAgainAt = this.clock.monotonic() + PAUSE_MS;
    try {
      const count = await this.primary.hit(key, windowMs);
      this.settle('used');
      return count;
    } catch (error) {
      this.sharedAgainAt = this.clock.monotonic() + PAUSE_MS;
      this.settle('failing', error);
      return this.local.hit(key, windowMs);
    }
  }

  private settle(state: 'used' | 'failing', error?: unknown): void {
    if (state === 'used') this.sharedAgainAt = 0;
    if (state === this.shared) return;
    this.shared = state;
    if (state === 'used') this.logger.log('Redis counts requests again');
    else
      this.logger.warn(`Redis does not count requests (${String(error)}): each process counts its own until it does`);
  }
}
