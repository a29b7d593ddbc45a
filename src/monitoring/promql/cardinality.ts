import type { Labels } from '../series/labels';
import { NAME_LABEL } from '../series/labels';
import { entryBytes } from './evaluation/value-bytes';

export interface Count {
  readonly name: string;
  readonly value: number;
}

/** What the series of a store are made of, in the terms of Prometheus's `status/tsdb`. */
export interface Cardinality {
  readonly series: number;
  readonly labelPairs: number;
  readonly seriesCountByMetricName: readonly Count[];
  readonly labelValueCountByLabelName: readonly Count[];
  readonly memoryInBytesByLabelName: readonly Count[];
  readonly seriesCountByLabelValuePair: readonly Count[];
}

/** Counts series by name and by label. */
export class CardinalityCounter {
  private series = 0;
  private readonly names = new Map<string, number>();
  private readonly pairs = new Map<string, number>();
  private readonly labels = new Map<string, { values: number; bytes: number }>();

  /** @returns how many bytes more the counter holds now */
  add(labels: Labels): number {
    this.series++;
    let bytes = 0;
    for (const [name, value] of labels) {
      const pair = `${name}=${value}`;
      const seen = this.pairs.get(pair) ?? 0;
      this.pairs.set(pair, seen + 1);
      if (name === NAME_LABEL) this.names.set(value, (this.names.get(value) ?? 0) + 1);
      let label = this.labels.get(name);
      if (label === undefined) this.labels.set(name, (label = { values: 0, bytes: 0 }));
      label.bytes += value.length;
      if (seen > 0) continue;
      label.values++;
      bytes += entryBytes(pair);
    }
    return bytes;
  }

  async top(limit: number, sorted: (counts: Count[]) => Promise<Count[]>): Promise<Cardinality> {
    const first = async (counts: Iterable<readonly [string, number]>) =>
      (await sorted(Array.from(counts, ([name, value]) => ({ name, value })))).slice(0, limit);
    const ofLabels = (field: 'values' | 'bytes') =>
      Array.from(this.labels, ([name, label]) => [name, label[field]] as const);
    return {
      series: this.series,
      labelPairs: this.pairs.size,
      seriesCountByMetricName: await first(this.names),
      labelValueCountByLabelName: await first(ofLabels('values')),
      memoryInBytesByLabelName: await first(ofLabels('bytes')),
      seriesCountByLabelValuePair: await first(this.pairs),
    };
  }
}
