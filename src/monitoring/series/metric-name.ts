import type { SeriesKind } from './series-store';

/** The metric a series belongs to: for a histogram or summary its name without `_bucket`, `_sum`, `_count`. */
export function metricOf(seriesName: string, kind: SeriesKind): string {
  if (kind === 'histogram') return seriesName.replace(/_(bucket|sum|count)$/, '');
  if (kind === 'summary') return seriesName.replace(/_(sum|count)$/, '');
  return seriesName;
}
