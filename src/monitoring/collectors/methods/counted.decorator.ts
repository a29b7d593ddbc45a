import { measuredBy } from './measured-method';

export interface CountedOptions {
  /**
   * Name of the counter; `_total` should end it. Methods with the same name share it. By default `method_calls_total`.
   */
  readonly name?: string;
  readonly help?: string;
}

/**
 * Counts every call of the method when it is over, labelled with class, method and result (`success`, `error`). It
 * counts what stands below it: above `@Cached()` also what the cache answers, below it only the rest.
 * @throws TypeError where it does not stand on a method of instances
 */
export function Counted(options: CountedOptions = {}): MethodDecorator {
  const { name = 'method_calls_total', help = 'Calls of methods' } = options;
  return measuredBy('@Counted()', (metrics, { labelNames, seriesOf }) => {
    const counter = metrics.counter({ name, help, labelNames });
    const series = seriesOf((labels) => counter.labels(labels));
    return () => (result) => series[result].inc();
  });
}
