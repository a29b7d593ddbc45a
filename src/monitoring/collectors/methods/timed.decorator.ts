import { measuredBy } from './measured-method';

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
 * `error`). It measures what stands below it: above `@Cached()` also what the cache answers, below it only the rest.
 * @throws TypeError where it does not stand on a method of instances
 */
export function Timed(options: TimedOptions = {}): MethodDecorator {
  const { name = 'method_duration_seconds', help = 'Calls of methods', buckets } = options;
  return measuredBy('@Timed()', (metrics, { labelNames, seriesOf }) => {
    const timer = metrics.timer({ name, help, labelNames, buckets });
    const series = seriesOf((labels) => timer.labels(labels));
    return () => {
      const startedAt = performance.now();
      return (result) => series[result].observe((performance.now() - startedAt) / 1_000);
    };
  });
}
