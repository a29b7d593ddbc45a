import type { Clock } from '../common/clock';

/** Decides which failure opens a closed breaker. */
export interface TripRule {
  succeeded(): void;
  /** True when this failure is to open the breaker. */
  failed(): boolean;
  /** Forgets what was counted, to be called when the breaker closes. */
  reset(): void;
}

/** So many failures in a row that have lasted for some time. */
export class FailuresInARow implements TripRule {
  private failures = 0;
  private firstFailureMs = 0;

  constructor(
    private readonly threshold: number,
    private readonly lastingMs: number,
    private readonly clock: Clock,
  ) {}

  succeeded(): void {
    if (this.failures > 0) this.failures = 0;
  }

  failed(): boolean {
    const nowMs = this.clock.monotonic();
    if (this.failures++ === 0) this.firstFailureMs = nowMs;
    return this.failures >= this.threshold && nowMs - this.firstFailureMs >= this.lastingMs;
  }

  reset(): void {
    this.failures = 0;
  }
}

export interface FailureRatioOptions {
  /** The share of failed calls from which on the breaker opens, above 0 and up to 1. */
  readonly failureRatio: number;
  /** With fewer calls in the window nothing is judged. */
  readonly minRequests: number;
  readonly windowMs: number;
}

const SLICES = 10;

/** A share of failures among the calls of a sliding window, which is counted in tenths. */
export class FailureRatio implements TripRule {
  private readonly calls = new Uint32Array(SLICES);
  private readonly failures = new Uint32Array(SLICES);
  /** The number of the newest slice since the start of the clock. */
  private newest = 0;

  constructor(
    private readonly options: FailureRatioOptions,
    private readonly clock: Clock,
  ) {}

  succeeded(): void {
    const slice = this.currentSlice();
    this.calls[slice]!++;
  }

  failed(): boolean {
    const slice = this.currentSlice();
    this.calls[slice]!++;
    this.failures[slice]!++;
    const { minRequests, failureRatio } = this.options;
    const calls = sum(this.calls);
    return calls >= minRequests && sum(this.failures) >= calls * failureRatio;
  }

  reset(): void {
    this.calls.fill(0);
    this.failures.fill(0);
  }

  private currentSlice(): number {
    const current = Math.floor((this.clock.monotonic() / this.options.windowMs) * SLICES);
    const passed = Math.min(SLICES, current - this.newest);
    for (let back = 0; back < passed; back++) {
      this.calls[(current - back) % SLICES] = 0;
      this.failures[(current - back) % SLICES] = 0;
    }
    this.newest = current;
    return current % SLICES;
  }
}

const sum = (numbers: Uint32Array): number => numbers.reduce((total, one) => total + one, 0);
