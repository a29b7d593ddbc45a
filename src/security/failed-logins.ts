import { Logger } from '@nestjs/common';
import { LoginLimitError } from './security.errors';
import type { WindowStore } from './window-store';

const WINDOW_MS = 60_000;

/**
 * Slows down guessing: past the limit an address gets 429 for each further wrong token. A right one is never refused for
 * the failures of others behind its address: it is too long to be found by guessing at any rate.
 */
export class FailedLogins {
  private readonly logger = new Logger('Security');

  constructor(
    private readonly store: WindowStore,
    private readonly limits: { readonly failedLoginsPerMinute: number },
  ) {}

  /** Counts a wrong token from that address. @throws LoginLimitError */
  async failed(address: string): Promise<void> {
    const { failedLoginsPerMinute: limit } = this.limits;
    const { count, resetMs } = await this.store.hit(`login:${address}`, WINDOW_MS);
    if (count === limit) this.logger.warn(`${count} failed logins within a minute from ${address}`);
    if (count > limit) throw new LoginLimitError(limit, Math.ceil(resetMs / 1_000));
  }
}
