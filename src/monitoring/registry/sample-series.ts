import { labelText } from './label-text';
import type { SampleSeries } from './metric-family';

/**
 * Makes the identity of one series; empty labels are left out, because for Prometheus they do not exist. Half of a
 * surrogate pair, which no text can carry, becomes U+FFFD.
 */
export function sampleSeries(
  name: string,
  labelNames: readonly string[],
  labelValues: readonly string[],
  extra?: Readonly<Record<string, string>>,
): SampleSeries {
  const labels: Record<string, string> = {};
  for (const [index, labelName] of labelNames.entries()) {
    const value = labelValues[index];
    if (value !== undefined && value !== '') labels[labelName] = value.toWellFormed();
  }
  Object.assign(labels, extra);
  return { name, labels, labelText: labelText(labels), createdMs: Date.now() };
}
