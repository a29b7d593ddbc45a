import type { Clock } from '../common/clock';

const WINDOW_MS = 10_000;

/**
 * Bounds the load that retries add: over the last 10 to 20 seconds at most a fifth of the calls (or `reserve`, where
 * there were few calls). Without it, three attempts for each call would make an outage worse.
 */
export class RetryBudget {
  private calls = 0;
  private retries = 0;
  private previousCalls = 0;
  private previousRetries = 0;
  private windowStartMs: number;

  constructor(
    private readonly clock: Clock,
    private readonly share = 0.2,
    private readonly reserve = 3,
  ) {
    this.windowStartMs = clock.monotonic();
  }

  /** Counts a first attempt. It happens on every call, so it does not read the clock; `withdraw` does. */
  deposit(): void {
    this.calls++;
  }

  /** True, and counted, when another attempt may be made. */
  withdraw(): boolean {
    this.startWindowIfDue();
    const allowed = Math.max(this.reserve, (this.calls + this.previousCalls) * this.share);
    if (this.retries + this.previousRetries + 1 > allowed) return false;
    this.retries++;
    return true;
  }

  private startWindowIfDue(): void {
    const ageMs = this.clock.monotonic() - this.windowStartMs;
    if (ageMs < WINDOW_MS) return;
    // If nothing failed for long, the calls are those of a longer time: only one window's share of them counts.
    this.previousCalls = this.calls * (WINDOW_MS / ageMs);
    this.previousRetries = ageMs >= 2 * WINDOW_MS ? 0 : this.retries;
    this.calls = this.retries = 0;
    this.windowStartMs = this.clock.monotonic();
  }
}
