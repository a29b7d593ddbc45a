import { CallbackFamily, type Emit } from './callback-family';
import { CallbackHistogramFamily, type EmitHistogram } from './callback-histogram-family';
import type { Collection } from './collection';
import type { MetricDescription, RegisteredFamily } from './registered-family';

/** Gives the values of a metric from its source. */
type EmitFrom<S, E> = (source: S, emit: E, collection: Collection) => void;

/**
 * Makes metrics of one source, such as the counts of all pools: each collection reads the source once, whatever number
 * of metrics is made of it. A source that answers `undefined` gives no series.
 */
export class Collector<S> {
  constructor(
    private readonly add: (family: RegisteredFamily) => void,
    private readonly read: () => S | undefined,
  ) {}

  counter(description: MetricDescription, emitFrom: EmitFrom<S, Emit>): void {
    this.add(new CallbackFamily('counter', description, this.callback(emitFrom)));
  }

  gauge(description: MetricDescription, emitFrom: EmitFrom<S, Emit>): void {
    this.add(new CallbackFamily('gauge', description, this.callback(emitFrom)));
  }

  /** `bounds` are the upper bounds of the buckets, ascending, without `+Inf`. */
  histogram(description: MetricDescription, bounds: readonly number[], emitFrom: EmitFrom<S, EmitHistogram>): void {
    this.add(new CallbackHistogramFamily(description, bounds, this.callback(emitFrom)));
  }

  private callback<E>(emitFrom: EmitFrom<S, E>): (emit: E, collection: Collection) => void {
    return (emit, collection) => {
      const source = collection.valueOf(this.read);
      if (source !== undefined) emitFrom(source, emit, collection);
    };
  }
}
