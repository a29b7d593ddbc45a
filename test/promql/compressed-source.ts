import { ManualClock } from '../../src/testing/manual-clock';
import { CompressedSeriesStore } from '../../src/monitoring/series/compressed-series-store';
import { Labels } from '../../src/monitoring/series/labels';
import type { SeriesStore } from '../../src/monitoring/series/series-store';
import type { SourceSeries } from './memory-source';

const DAY_MS = 86_400_000;

/** The series in the store the service has, as it is some time after the last sample. */
export function compressedSource(source: readonly SourceSeries[], nowMs: number): SeriesStore {
  const options = {
    retentionMs: DAY_MS,
    maxSeriesPerKind: 10_000,
    memoryLimitBytes: 2 ** 28,
  };
  const store = new CompressedSeriesStore(options, new ManualClock(nowMs));
  for (const { labels, samples } of source) {
    const series = store.open(Labels.from(labels), 'untyped')!;
    for (const [time, value] of samples) {
      const refused = value === undefined ? store.appendStale(series, time) : store.append(series, time, value);
      if (refused) throw new Error(`the store refused a sample: ${refused}`);
    }
  }
  return store;
}
