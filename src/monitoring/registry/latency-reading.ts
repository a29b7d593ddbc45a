import { EXACT_BOUNDS_MS, type ReadonlyLatencyHistogram } from '../../common/latency-histogram';
import type { HistogramReading } from './histogram-samples';

const MS_PER_SECOND = 1_000;

/** The bounds (s) at which our own latency histograms are exact. */
export const LATENCY_BUCKETS_SECONDS: readonly number[] = EXACT_BOUNDS_MS.map((ms) => ms / MS_PER_SECOND);

/**
 * One of our own histograms of milliseconds as Prometheus wants it: seconds, cumulative counts at
 * LATENCY_BUCKETS_SECONDS.
 */
export function latencyReading(histogram: ReadonlyLatencyHistogram): HistogramReading {
  return {
    cumulative: () => histogram.cumulativeCounts(EXACT_BOUNDS_MS),
    count: histogram.count,
    sum: histogram.sumMs / MS_PER_SECOND,
  };
}
