import { LatencyHistogram } from '../../common/latency-histogram';

/** What happened to one namespace in Redis. Counts only grow; RedisNamespaceFigures explains each of them. */
export class RedisCounts {
  hits = 0;
  misses = 0;
  puts = 0;
  undecodable = 0;
  refused = 0;
  lockWaits = 0;
  lockTimeouts = 0;
  readonly lockWaitTime = new LatencyHistogram();
}
