/** What one step sends. */
export interface StepSize {
  readonly bytes: number;
  readonly keys: number;
}

export const SMALL: StepSize = { bytes: 0, keys: 1 };

/** What a step may send for each timeout that it is given: it is the work of many calls, or a slow network has much to carry. */
const KEYS_PER_TIMEOUT = 50;
const BYTES_PER_TIMEOUT = 131_072;
const MAX_TIMEOUTS = 20;

/** For how long (ms) a step is waited for, where a small one has `timeoutMs`. */
export function timeoutOf(timeoutMs: number, { bytes, keys }: StepSize): number {
  const timeouts = Math.ceil(Math.max(1, keys / KEYS_PER_TIMEOUT, bytes / BYTES_PER_TIMEOUT));
  return timeoutMs * Math.min(timeouts, MAX_TIMEOUTS);
}
