// Which minutes are looked at, and on which grid of times they are asked for.
import type { Grid } from '../api/prometheus';

export const RANGES: readonly { readonly seconds: number; readonly label: string }[] = [
  { seconds: 300, label: '5 minutes' },
  { seconds: 900, label: '15 minutes' },
  { seconds: 3_600, label: '1 hour' },
  { seconds: 10_800, label: '3 hours' },
  { seconds: 21_600, label: '6 hours' },
  { seconds: 86_400, label: '24 hours' },
];
export const DEFAULT_SECONDS = 900;
const SHORTEST_SECONDS = 30;
const LONGEST_SECONDS = 86_400;

/** The last so many seconds, or a window that stands still. Unix seconds. */
export type TimeRange = { readonly last: number } | { readonly from: number; readonly to: number };

export function timeRangeOf(parameters: URLSearchParams): TimeRange {
  const from = Number(parameters.get('from'));
  const to = Number(parameters.get('to'));
  if (from > 0 && to >= from + SHORTEST_SECONDS) return { from: Math.max(from, to - LONGEST_SECONDS), to };
  const last = Number(parameters.get('range'));
  return { last: last >= SHORTEST_SECONDS && last <= LONGEST_SECONDS ? last : DEFAULT_SECONDS };
}

/** The parameters of the address that stand for a range. */
export function parametersOf(range: TimeRange): Readonly<Record<string, string | undefined>> {
  if ('last' in range) {
    const last = Math.round(range.last);
    return { range: last === DEFAULT_SECONDS ? undefined : String(last), from: undefined, to: undefined };
  }
  return { range: undefined, from: String(Math.round(range.from)), to: String(Math.round(range.to)) };
}

export function boundsOf(range: TimeRange, nowSeconds: number): { readonly from: number; readonly to: number } {
  return 'last' in range ? { from: nowSeconds - range.last, to: nowSeconds } : range;
}

const MOST_POINTS = 300;

/**
 * The grid that a range is asked on: at most 300 points, steps that are multiples of the sampling interval (s), and
 * times that are multiples of the step, so that a refresh moves the line and does not shake it.
 */
export function gridOf(range: TimeRange, intervalSeconds: number, nowSeconds: number): Grid {
  const { from, to } = boundsOf(range, nowSeconds);
  const step = Math.max(1, Math.ceil((to - from) / MOST_POINTS / intervalSeconds)) * intervalSeconds;
  return { start: Math.floor(from / step) * step, end: Math.floor(to / step) * step, step };
}

/** Moved by a share of its length, or made longer (factor > 1) or shorter around its middle. */
export function moved(range: TimeRange, nowSeconds: number, share: number, factor = 1): TimeRange {
  const { from, to } = boundsOf(range, nowSeconds);
  const length = Math.min(LONGEST_SECONDS, Math.max(SHORTEST_SECONDS, (to - from) * factor));
  const middle = (from + to) / 2 + (to - from) * share;
  const end = Math.min(nowSeconds, middle + length / 2);
  const isNow = end >= nowSeconds - 1 && share >= 0;
  return isNow && 'last' in range ? { last: length } : { from: end - length, to: end };
}
