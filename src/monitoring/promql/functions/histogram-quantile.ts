import { Labels } from '../../series/labels';
import type { QueryRun } from '../evaluation/query-run';
import { mergeSameLabels } from '../evaluation/same-labels';
import { type Column, hasAny } from '../evaluation/value';
import { entryBytes } from '../evaluation/value-bytes';
import { PromqlExecutionError } from '../promql.errors';
import { type Bucket, bucketQuantile } from './bucket-quantile';
import { parseFloat64 } from './go-math';

const BUCKET_LABEL = 'le';

interface Histogram {
  readonly labels: Labels;
  readonly buckets: { readonly upperBound: number; readonly column: Column }[];
}

/** `histogram_quantile`: one result for all series that differ in nothing but `le`. */
export async function histogramQuantile(
  run: QueryRun,
  quantiles: Float64Array,
  columns: readonly Column[],
): Promise<Column[]> {
  const histograms = new Map<string, Histogram>();
  for (const column of columns) {
    const upperBound = boundOf(column.labels.get(BUCKET_LABEL));
    if (upperBound === undefined) continue;
    // The metric's name separates histograms although the result does not have it.
    const { key } = column.labels.drop(new Set([BUCKET_LABEL]));
    let histogram = histograms.get(key);
    if (!histogram) {
      run.hold(entryBytes(key));
      histogram = { labels: column.labels.drop(new Set([BUCKET_LABEL, '__name__'])), buckets: [] };
      histograms.set(key, histogram);
    }
    histogram.buckets.push({ upperBound, column });
    if (run.due()) await run.rest();
  }
  const results: Column[] = [];
  for (const { labels, buckets } of histograms.values()) {
    const result = run.column(labels, quantiles.length);
    for (let step = 0; step < quantiles.length; step++) {
      const here: Bucket[] = [];
      for (const { upperBound, column } of buckets) {
        if (column.present[step]) here.push({ upperBound, count: column.values[step]! });
      }
      if (here.length === 0) continue;
      result.values[step] = bucketQuantile(quantiles[step]!, here);
      result.present[step] = 1;
      if (step % 256 === 0 && run.due()) await run.rest();
    }
    if (hasAny(result)) results.push(result);
    if (run.due()) await run.rest();
  }
  return mergeSameLabels(run, results);
}

function boundOf(le: string): number | undefined {
  if (/^[+-]?(0x|nan$)/i.test(le)) {
    throw new PromqlExecutionError(`a histogram bucket with le="${le}" is not supported`);
  }
  return parseFloat64(le);
}
