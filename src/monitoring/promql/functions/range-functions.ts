import type { RangeFunction } from '../evaluation/range-window';
import { OVER_TIME_FUNCTIONS } from './over-time';
import { RATE_FUNCTIONS } from './rate';
import { TREND_FUNCTIONS } from './trend';

/** Every function of a range vector by its name. */
export const RANGE_FUNCTIONS: ReadonlyMap<string, RangeFunction> = new Map(
  Object.entries({ ...RATE_FUNCTIONS, ...TREND_FUNCTIONS, ...OVER_TIME_FUNCTIONS }),
);
