import { CacheService } from '../cache/cache.service';
import type { CacheOptions } from '../cache/options/cache.options';
import { type Clock, SystemClock } from '../common/clock';

export interface InMemoryCacheOptions extends CacheOptions {
  /** What entries expire by; a `ManualClock` stands still until it is moved. Default: the clock of the machine. */
  readonly clock?: Clock;
}

/**
 * The cache itself, in memory alone and empty: for `new ProductsService(inMemoryCache())`, or for
 * `overrideProvider(CacheService).useValue(inMemoryCache())`.
 * @throws CacheOptionError for options that cannot be right
 */
export function inMemoryCache({ clock = new SystemClock(), ...options }: InMemoryCacheOptions = {}): CacheService {
  return new CacheService({ ...options, redis: false }, clock);
}
