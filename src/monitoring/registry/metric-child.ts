import type { Sample } from './metric-family';

/** What one label set of a metric records into; callers that record often keep it. */
export abstract class MetricChild {
  private used = true;
  private lastUsedMs = performance.now();

  /** @param rejoin what to record into after this one was not used for a while, or was removed */
  constructor(private readonly rejoin: () => MetricChild) {}

  abstract samples(): Iterable<Sample>;
  abstract reset(): void;
  /** Makes the identities of the series anew. */
  protected abstract renew(): void;

  /** The one that a value goes to: nearly always this one. */
  protected live(): this {
    return this.used ? this : (this.rejoin() as this);
  }

  /** Told by the metric that it is among its label sets. */
  join(): this {
    this.used = true;
    return this;
  }

  /** Told by the metric that it is no longer among its label sets: used once more, it begins anew. */
  leave(): void {
    this.used = false;
    this.reset();
    this.renew();
  }

  /** For how long (ms) it has not been used; as exact as the time between two calls. */
  idleMs(nowMs: number): number {
    if (this.used) this.lastUsedMs = nowMs;
    this.used = false;
    return nowMs - this.lastUsedMs;
  }
}
