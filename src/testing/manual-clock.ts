import { Clock } from '../common/clock';

/** A clock for tests: it stands still until it is moved. */
export class ManualClock extends Clock {
  constructor(private timeMs = 1_700_000_000_000) {
    super();
  }
  now(): number {
    return this.timeMs;
  }
  monotonic(): number {
    return this.timeMs;
  }
  advance(ms: number): void {
    this.timeMs += ms;
  }
}
