// The cache beside lru-cache, BentoCache, cacheable, cache-manager 7 and cache-manager-ioredis-yet.
import { runBench } from '../lib/bench.mjs';
import { hitRatios } from './hit-ratios.mjs';
import { holds } from './holds.mjs';
import { memoryHits } from './memory-hits.mjs';
import { memoryPerEntry } from './memory-per-entry.mjs';
import { redisFrozen } from './redis-frozen.mjs';
import { redisHits } from './redis-hits.mjs';
import { setMany } from './set-many.mjs';
import { stampedes } from './stampedes.mjs';

await runBench('cache', [
  ...memoryHits,
  ...redisHits,
  setMany,
  ...stampedes,
  ...redisFrozen,
  ...holds,
  memoryPerEntry,
  ...hitRatios,
]);
