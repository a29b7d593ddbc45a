import type { Clock } from '../common/clock';

export interface BackoffOptions {
  readonly minMs: number;
  readonly maxMs: number;
  /**
   * The pause as a share of how long it has been failing; with 0.05 an outage is noticed as over within 5 % of its
   * length.
   */
  readonly share: number;
}

/**
 * Pauses between attempts that keep failing. A pause is a share of the outage so far, so attempts thin out
 * exponentially and yet a short outage is followed by a short gap; ±25 % of jitter keep copies of the service apart.
 */
export class Backoff {
  private failingSinceMs: number | undefined;

  constructor(
    private readonly options: BackoffOptions,
    private readonly clock: Clock,
    private readonly random: () => number = Math.random,
  ) {}

  get failing(): boolean {
    return this.failingSinceMs !== undefined;
  }

  /** To be called after a failure: how long to pause (ms). */
  next(): number {
    const nowMs = this.clock.monotonic();
    this.failingSinceMs ??= nowMs;
    const { minMs, maxMs, share } = this.options;
    const pauseMs = Math.min(maxMs, Math.max(minMs, (nowMs - this.failingSinceMs) * share));
    return pauseMs * (0.75 + this.random() * 0.5);
  }

  /** To be called after a success. */
  reset(): void {
    this.failingSinceMs = undefined;
  }
}
