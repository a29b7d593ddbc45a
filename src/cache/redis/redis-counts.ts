import { LatencyHistogram } from '../../common/latency-histogram';

/** What one namespace met in Redis; only grows. RedisNamespaceFigures says what each figure means. */
export class RedisCounts {
  hits = 0;
  misses = 0;
  puts = 0;
  undecodable = 0;
  refused = 0;
  lockWaits = 0;
  readonly lockWaitTime = new LatencyHistogram();
}
