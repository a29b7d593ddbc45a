import { FineHistogram } from './fine-histogram';
import type { LoadFigures } from './load-plan';

/** A generator that is later than this (ms) for one request of a hundred, and by more than a hundredth of the median, measured itself. */
const LATE_MS = 1;
const LATE_SHARE = 0.01;

/** Why figures do not say what they seem to; undefined when they do. */
export function invalidReason({ latency, lateness, sent }: LoadFigures): string | undefined {
  if (sent === 0) return 'invalid: nothing was sent';
  const lateMs = FineHistogram.from(lateness).quantileMs(0.99);
  const medianMs = FineHistogram.from(latency).quantileMs(0.5);
  if (lateMs <= Math.max(LATE_MS, LATE_SHARE * medianMs)) return undefined;
  return `invalid: generator late by ${lateMs.toFixed(1)} ms (p99)`;
}

/** The share (0 to 1) of requests that were not answered, or with a status of 500 and above. */
export function errorShare({ statuses, failures, sent }: LoadFigures): number {
  const refused = Object.entries(statuses).reduce(
    (sum, [status, count]) => sum + (Number(status) >= 500 ? count : 0),
    0,
  );
  const failed = Object.values(failures).reduce((sum, count) => sum + count, 0);
  return sent === 0 ? 0 : (refused + failed) / sent;
}
