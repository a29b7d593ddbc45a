/**
 * A quantile of values, between two of them by linear interpolation; NaN counts as less than every number. Finds the two
 * values it needs without sorting (Hoare's selection), so its time is linear, and leaves the values in another order.
 * @param q from 0 to 1; below it is -Inf, above +Inf
 */
export function quantileOf(q: number, values: Float64Array): number {
  if (values.length === 0 || Number.isNaN(q)) return NaN;
  if (q < 0) return -Infinity;
  if (q > 1) return Infinity;
  const rank = q * (values.length - 1);
  const lower = Math.max(0, Math.floor(rank));
  const upper = Math.min(values.length - 1, lower + 1);
  const weight = rank - Math.floor(rank);
  const nans = nansFirst(values);
  select(values, lower, nans);
  return values[lower]! * (1 - weight) + smallest(values, upper, nans) * weight;
}

/** Moves NaN to the front. @returns how many there are */
function nansFirst(values: Float64Array): number {
  let nans = 0;
  for (let at = 0; at < values.length; at++) {
    if (!Number.isNaN(values[at]!)) continue;
    values[at] = values[nans]!;
    values[nans++] = NaN;
  }
  return nans;
}

/** Puts at `rank` what would be there if the values from `from` on were sorted; what is before is not larger. */
function select(values: Float64Array, rank: number, from: number): void {
  let left = from;
  let right = values.length - 1;
  while (left < right && rank >= left) {
    const pivot = medianOfThree(values[left]!, values[(left + right) >>> 1]!, values[right]!);
    let i = left;
    let j = right;
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i > j) break;
      const kept = values[i]!;
      values[i++] = values[j]!;
      values[j--] = kept;
    }
    if (rank <= j) right = j;
    else if (rank >= i) left = i;
    else return;
  }
}

/** The value that would come at `rank` after sorting, when those before are in place. */
function smallest(values: Float64Array, rank: number, nans: number): number {
  if (rank < nans) return NaN;
  let min = values[rank]!;
  for (let at = rank + 1; at < values.length; at++) if (values[at]! < min) min = values[at]!;
  return min;
}

const medianOfThree = (a: number, b: number, c: number): number =>
  Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
