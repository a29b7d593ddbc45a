import { Clock } from '../common/clock';

/** A clock for tests: it stands still until it is moved. */
export class ManualClock extends Clock {
  private stepsMs = 0;

  constructor(private timeMs = 1_700_000_000_000) {
    super();
  }
  now(): number {
    return this.timeMs + this.stepsMs;
  }
  monotonic(): number {
    return this.timeMs;
  }
  advance(ms: number): void {
    this.timeMs += ms;
  }
  /** The system's clock is set forward, or back (negative), while no time passes. */
  step(ms: number): void {
    this.stepsMs += ms;
  }
}
