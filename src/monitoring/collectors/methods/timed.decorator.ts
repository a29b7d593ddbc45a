import { SetMetadata } from '@nestjs/common';

export const TIMED = 'monitoring:timed';

export interface TimedOptions {
  /**
   * Name of the timer; `_seconds` should end it. Methods with the same name share it. By default
   * `method_duration_seconds`.
   */
  readonly name?: string;
  readonly help?: string;
  /** Upper bounds (s) of the buckets. */
  readonly buckets?: readonly number[];
}

/**
 * Measures every call of the method, until its promise settles, labelled with class, method and result (`success`,
 * `error`).
 */
export const Timed = (options: TimedOptions = {}) => SetMetadata(TIMED, options);
