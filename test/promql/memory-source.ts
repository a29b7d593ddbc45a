import type { Queryable } from '../../src/monitoring/promql/evaluation/query-run';
import { Labels } from '../../src/monitoring/series/labels';
import { matchesAll, type Matcher } from '../../src/monitoring/series/matcher';
import type { SelectedSeries } from '../../src/monitoring/series/series-store';
import { writeStale } from '../../src/monitoring/series/staleness';

/** One series of the comparison data; `undefined` as a value marks its end. */
export interface SourceSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly samples: readonly (readonly [timestampMs: number, value: number | undefined])[];
}

/** Series in memory, to ask an engine about. */
export class MemorySource implements Queryable {
  private readonly series: readonly SelectedSeries[];

  constructor(source: readonly SourceSeries[]) {
    this.series = source.map(({ labels, samples }) => {
      const timestamps = Float64Array.from(samples, ([time]) => time);
      const values = Float64Array.from(samples, ([, value]) => value ?? NaN);
      for (const [index, [, value]] of samples.entries()) if (value === undefined) writeStale(values, index);
      return { labels: Labels.from(labels), samples: { timestamps, values } };
    });
  }

  *select(matchers: readonly Matcher[], fromMs: number, toMs: number): Iterable<SelectedSeries> {
    for (const { labels, samples } of this.series) {
      if (!matchesAll(labels, matchers)) continue;
      const from = samples.timestamps.findIndex((time) => time >= fromMs);
      const to = samples.timestamps.findLastIndex((time) => time <= toMs) + 1;
      if (from < 0 || from >= to) continue;
      yield {
        labels,
        samples: { timestamps: samples.timestamps.slice(from, to), values: samples.values.slice(from, to) },
      };
    }
  }
}
