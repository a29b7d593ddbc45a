import type { PoolLimits } from './pool';
import { PoolLimitsError } from './pools.errors';

/** @throws PoolLimitsError unless 0 ≤ min ≤ max and max ≥ 1, both whole */
export function checkLimits(pool: string, { min, max }: PoolLimits): PoolLimits {
  const limits = { min, max };
  if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max)) {
    throw new PoolLimitsError(pool, limits, 'both have to be whole numbers');
  }
  if (min < 0 || max < 1) throw new PoolLimitsError(pool, limits, 'min starts at 0 and max at 1');
  if (min > max) throw new PoolLimitsError(pool, limits, 'min may not exceed max');
  return limits;
}
