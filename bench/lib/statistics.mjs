// Two-sided 97.5 % quantiles of Student's t for 1 to 29 degrees of freedom; beyond, the expansion of Abramowitz &
// Stegun 26.7.5.
const T_975 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045,
];
const Z_975 = 1.959964;

/** The factor of a 95 % interval around a mean with `degrees` degrees of freedom (at least 1). */
export function tQuantile(degrees) {
  if (degrees <= T_975.length) return T_975[degrees - 1];
  const z = Z_975;
  return z + (z ** 3 + z) / (4 * degrees) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * degrees ** 2);
}

export const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Mean and its 95 % interval by Student's t; one value alone says nothing about its spread. */
export function meanWithInterval(values) {
  const centre = mean(values);
  if (values.length < 2) return { centre, ci95: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] };
  const variance = values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1);
  const half = tQuantile(values.length - 1) * Math.sqrt(variance / values.length);
  return { centre, ci95: [centre - half, centre + half] };
}

/** Geometric mean of paired ratios and its interval: t on their logarithms, so that a/b and b/a agree. */
export function ratioWithInterval(ratios) {
  const { centre, ci95 } = meanWithInterval(ratios.map(Math.log));
  return { centre: Math.exp(centre), ci95: ci95.map(Math.exp) };
}

/** How wide an interval is on either side, relative to what it surrounds. */
export const relativeHalfWidth = ({ centre, ci95: [low, high] }) =>
  high === low ? 0 : (high - low) / 2 / Math.abs(centre);

/** `met` and `missed` only when the whole interval lies on one side of the target. */
export function verdict([low, high], target) {
  if (target === undefined) return undefined;
  if (target.atMost !== undefined) return high <= target.atMost ? 'met' : low > target.atMost ? 'missed' : 'undecided';
  return low >= target.atLeast ? 'met' : high < target.atLeast ? 'missed' : 'undecided';
}
