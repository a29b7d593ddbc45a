/**
 * The NaN that says "this series ended here" (Prometheus: `value.StaleNaN`, 0x7ff0000000000002). It differs from an
 * ordinary NaN only in its bits, which a JavaScript engine may change when a number leaves a typed array. So it is
 * written and recognised in place, never through a number.
 */
const STALE_HIGH = 0x7ff00000;
const STALE_LOW = 0x00000002;

/** Makes `values[index]` a stale mark. */
export function writeStale(values: Float64Array, index: number): void {
  const words = wordsOf(values, index);
  words.setUint32(0, STALE_LOW, true);
  words.setUint32(4, STALE_HIGH, true);
}

/** Whether `values[index]` is a stale mark; costs one comparison when it is a number. */
export function isStale(values: Float64Array, index: number): boolean {
  if (!Number.isNaN(values[index]!)) return false;
  const words = wordsOf(values, index);
  return words.getUint32(4, true) === STALE_HIGH && words.getUint32(0, true) === STALE_LOW;
}

const wordsOf = (values: Float64Array, index: number) => new DataView(values.buffer, values.byteOffset + index * 8, 8);
