export interface Bucket {
  readonly upperBound: number;
  count: number;
}

/**
 * The quantile of a histogram of cumulative buckets, linear within a bucket, as Prometheus 2.42 computes it: buckets of
 * the same bound are added up and counts that fall are lifted to the largest before. NaN without a bucket up to +Inf,
 * with fewer than two or without observations.
 */
export function bucketQuantile(q: number, unsorted: readonly Bucket[]): number {
  if (Number.isNaN(q)) return NaN;
  if (q < 0) return -Infinity;
  if (q > 1) return Infinity;
  const buckets = monotonic(coalesced(unsorted));
  const last = buckets.length - 1;
  if (buckets[last]!.upperBound !== Infinity) return NaN;
  const observations = buckets[last]!.count;
  if (buckets.length < 2 || observations === 0) return NaN;
  let rank = q * observations;
  const at = firstReaching(buckets, rank);
  if (at === last) return buckets[last - 1]!.upperBound;
  if (at === 0 && buckets[0]!.upperBound <= 0) return buckets[0]!.upperBound;
  const end = buckets[at]!.upperBound;
  let start = 0;
  let { count } = buckets[at]!;
  if (at > 0) {
    const below = buckets[at - 1]!;
    start = below.upperBound;
    count -= below.count;
    rank -= below.count;
  }
  return start + (end - start) * (rank / count);
}

function coalesced(unsorted: readonly Bucket[]): Bucket[] {
  const buckets: Bucket[] = [];
  for (const bucket of unsorted.toSorted((a, b) => (a.upperBound < b.upperBound ? -1 : 1))) {
    const last = buckets.at(-1);
    if (last?.upperBound === bucket.upperBound) last.count += bucket.count;
    else buckets.push({ ...bucket });
  }
  return buckets;
}

function monotonic(buckets: Bucket[]): Bucket[] {
  let max = buckets[0]!.count;
  for (const bucket of buckets) {
    if (bucket.count > max) max = bucket.count;
    else if (bucket.count < max) bucket.count = max;
  }
  return buckets;
}

/** The first bucket with at least this count, the last one if none before it has; a binary search, also with NaN. */
function firstReaching(buckets: readonly Bucket[], rank: number): number {
  let from = 0;
  let to = buckets.length - 1;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (buckets[middle]!.count >= rank) to = middle;
    else from = middle + 1;
  }
  return from;
}
