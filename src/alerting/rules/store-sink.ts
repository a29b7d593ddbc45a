import type { Labels } from '../../monitoring/series/labels';
import type { SeriesRef, SeriesStore } from '../../monitoring/series/series-store';
import type { RuleSeriesSink } from './rule-sample';

/** Keeps the results of rules in the series store, beside what is measured. */
export class StoreSink implements RuleSeriesSink {
  private readonly open = new Map<string, SeriesRef>();

  constructor(private readonly store: Pick<SeriesStore, 'open' | 'append' | 'appendStale'>) {}

  append(labels: Labels, timeMs: number, value: number): void {
    const series = this.series(labels);
    // What is refused is counted by the store; the state of the rule does not depend on it.
    if (series !== undefined) this.store.append(series, timeMs, value);
  }

  end(labels: Labels, timeMs: number): void {
    const series = this.series(labels);
    if (series !== undefined) this.store.appendStale(series, timeMs);
    this.open.delete(labels.key);
  }

  private series(labels: Labels): SeriesRef | undefined {
    const { key } = labels;
    const known = this.open.get(key);
    if (known !== undefined && !known.closed) return known;
    const opened = this.store.open(labels, 'gauge');
    if (opened !== undefined) this.open.set(key, opened);
    return opened;
  }
}
