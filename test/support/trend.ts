/** The middle one, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/**
 * By how much values that were taken at equal intervals grow from the first to the last: the median of the slopes between
 * all pairs (Theil–Sen), which a few values out of line do not change.
 */
export function growth(values: readonly number[]): number {
  const slopes = values.flatMap((value, i) => values.slice(i + 1).map((later, j) => (later - value) / (j + 1)));
  return slopes.length === 0 ? 0 : median(slopes) * (values.length - 1);
}
