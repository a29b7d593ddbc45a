import { LatencyHistogram } from '../../common/latency-histogram';

/** What one namespace met in Redis; only grows. */
export class RedisCounts {
  hits = 0;
  misses = 0;
  puts = 0;
  /** Bytes that were no entry of ours, or that could not be decoded. */
  undecodable = 0;
  /** Values that Redis had no room for. */
  refused = 0;
  /** Times a caller had to wait for another process's load. */
  lockWaits = 0;
  readonly lockWaitTime = new LatencyHistogram();
}
