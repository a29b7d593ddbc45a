/**
 * The bucket bounds (s) of durations where none are given: from what a route answers out of memory, tenths of a
 * millisecond, to the longest that a client waits. The semantic conventions begin at 5 ms, so that every median below it
 * reads as 2.5 ms.
 */
export const DURATION_BUCKETS_SECONDS: readonly number[] = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
];

const MAX_BOUNDS = 100;
const MAX_MS = 3_600_000;

/** Bounds (ms) that durations can be counted in. */
export const DURATION_BOUNDS_ALLOWED = `1 to ${MAX_BOUNDS} numbers of ms, ascending, above 0 and at most ${MAX_MS}`;

export function areDurationBounds(value: unknown): value is readonly number[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_BOUNDS) return false;
  return value.every(
    (bound, index) =>
      typeof bound === 'number' && bound > (index === 0 ? 0 : (value[index - 1] as number)) && bound <= MAX_MS,
  );
}

/** Bounds in ms, as options give them, in the seconds of metrics: without the noise of a division (0.3 ms are 0.0003). */
export function inSecondsOf(boundsMs: readonly number[]): readonly number[] {
  return boundsMs.map((ms) => Number((ms / 1_000).toPrecision(12)));
}
