import { readOptions } from '../../common/settings/resolve-options';
import type { GivenOptions, ResolvedOptions } from '../../common/settings/setting';
import { problemsAt } from '../../common/settings/settings.errors';
import { CacheOptionError } from '../cache.errors';
import { CACHE_SETTINGS } from '../cache-settings';

/** What the cache is made with; everything has a default. */
export interface CacheOptions extends GivenOptions<typeof CACHE_SETTINGS> {}

export type ResolvedCacheOptions = ResolvedOptions<typeof CACHE_SETTINGS>;

const PLACE = 'CacheModule.forRoot()';

/**
 * Throws CacheOptionError with everything that is out of range, unknown or contradicts itself; what is undefined is as
 * if it were absent.
 */
export function resolveCacheOptions(given: CacheOptions): ResolvedCacheOptions {
  const { options, problems } = readOptions(CACHE_SETTINGS, given);
  if (problems.length > 0) throw new CacheOptionError(problemsAt(PLACE, problems));
  const { compressionThresholdBytes: from, maxDecompressedBytes: upTo } = options;
  if (from > upTo && from !== Number.POSITIVE_INFINITY) {
    throw new CacheOptionError(
      `${PLACE}: maxDecompressedBytes, ${upTo}, must not be below compressionThresholdBytes, ${from}: nothing that is compressed could be read back`,
    );
  }
  return options;
}
