import { CacheService } from '../../../src/cache/cache.service';
import { type Clock, SystemClock } from '../../../src/common/clock';
import { CACHE_OPTIONS } from '../redis-caches';

/** A cache of one tier. */
export function memoryOnly(limitMb: number, clock: Clock = new SystemClock()): CacheService {
  return new CacheService({ ...CACHE_OPTIONS, redis: false, memoryLimitBytes: limitMb * 1_048_576 }, clock);
}
