import type { Queryable } from '../../src/monitoring/promql/evaluation/query-run';
import { Matcher } from '../../src/monitoring/series/matcher';
import type { SelectedSeries } from '../../src/monitoring/series/series-store';

/** All series a selection goes through, copied: the store uses the memory of one for the next. */
export function selectedSeries(
  source: Queryable,
  matchers: readonly Matcher[],
  fromMs = 0,
  toMs = Infinity,
): SelectedSeries[] {
  const copies: SelectedSeries[] = [];
  for (const { labels, samples } of source.select(matchers, fromMs, toMs)) {
    copies.push({ labels, samples: { timestamps: samples.timestamps.slice(), values: samples.values.slice() } });
  }
  return copies;
}

export const seriesNamed = (source: Queryable, name: string): SelectedSeries[] =>
  selectedSeries(source, [Matcher.equal('__name__', name)]);
