import type { Clock } from '../../common/clock';

/**
 * How slow an endpoint is now: a moving average of its response times, weighted by age, that rises to a peak at once and
 * falls slowly. It also falls without traffic, so that an endpoint that was slow is tried again.
 *
 * Source: Finagle's `PeakEwma` load metric (com.twitter.finagle.loadbalancer.PeakEwma).
 */
export class PeakEwma {
  private costMs = 0;
  private updatedMs: number;

  constructor(
    private readonly clock: Clock,
    /** After this long a measurement counts for a third (1/e) of what it did, in milliseconds. */
    private readonly decayMs: number,
  ) {
    this.updatedMs = clock.monotonic();
  }

  /** Counts one response time. */
  observe(durationMs: number): void {
    const weight = this.weightOfPast();
    this.costMs = durationMs > this.costMs ? durationMs : this.costMs * weight + durationMs * (1 - weight);
  }

  /** The response time to expect, in milliseconds; 0 as long as nothing was measured. */
  get valueMs(): number {
    this.costMs *= this.weightOfPast();
    return this.costMs;
  }

  private weightOfPast(): number {
    const nowMs = this.clock.monotonic();
    const weight = Math.exp((this.updatedMs - nowMs) / this.decayMs);
    this.updatedMs = nowMs;
    return weight;
  }
}
