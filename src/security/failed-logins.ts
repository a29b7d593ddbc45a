import { Logger } from '@nestjs/common';
import type { Principal } from '../http/access.decorator';
import { LoginLimitError } from './security.errors';
import type { WindowStore } from './window-store';

const WINDOW_MS = 60_000;
const MAX_PROVEN = 10_000;

/**
 * Slows down guessing: past the limit an address gets no answer about any token, right or wrong. Only a token that has
 * been used from there before goes on working, so that one misconfigured client does not lock out others behind the
 * same address.
 */
export class FailedLogins {
  private readonly logger = new Logger('Security');
  private readonly proven = new Set<string>();

  constructor(
    private readonly store: WindowStore,
    private readonly limits: { readonly enabled: boolean; readonly failedLoginsPerMinute: number },
  ) {}

  /** Whether this token has been used from there before, or nothing is limited. */
  isProven(address: string, { id }: Principal): boolean {
    return !this.limits.enabled || this.proven.has(`${id} ${address}`);
  }

  /** @throws LoginLimitError */
  async succeeded(address: string, principal: Principal): Promise<void> {
    if (this.isProven(address, principal)) return;
    const { count, resetMs } = await this.store.peek(keyOf(address));
    if (count >= this.limits.failedLoginsPerMinute) throw this.exceeded(resetMs);
    const [oldest] = this.proven;
    if (oldest !== undefined && this.proven.size >= MAX_PROVEN) this.proven.delete(oldest);
    this.proven.add(`${principal.id} ${address}`);
  }

  /** @throws LoginLimitError */
  async failed(address: string): Promise<void> {
    if (!this.limits.enabled) return;
    const { count, resetMs } = await this.store.hit(keyOf(address), WINDOW_MS);
    if (count === this.limits.failedLoginsPerMinute) {
      this.logger.warn(`${count} failed logins within a minute from ${address}`);
    }
    if (count > this.limits.failedLoginsPerMinute) throw this.exceeded(resetMs);
  }

  private exceeded(resetMs: number): LoginLimitError {
    return new LoginLimitError(this.limits.failedLoginsPerMinute, Math.ceil(resetMs / 1_000));
  }
}

const keyOf = (address: string) => `login:${address}`;
