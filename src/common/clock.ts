import { Injectable } from '@nestjs/common';

/** Time, as everything here reads it, so that tests can hold it still. */
export abstract class Clock {
  /** Milliseconds since the Unix epoch; may jump when the system's clock is set. */
  abstract now(): number;
  /** Milliseconds, with fractions, since an arbitrary start; never goes back. For durations and deadlines. */
  abstract monotonic(): number;
}

/** The clock of the machine. */
@Injectable()
export class SystemClock extends Clock {
  now(): number {
    return Date.now();
  }
  monotonic(): number {
    return performance.now();
  }
}
