import { LatencyHistogram } from '../common/latency-histogram';
import type { PoolTimings } from './pool';
import { PoolCounters } from './pool-counters';

/** Where a pool records what happens in it. */
export interface PoolRecords {
  readonly counters: PoolCounters;
  readonly timings: PoolTimings;
}

export const newRecords = (): PoolRecords => ({
  counters: new PoolCounters(),
  timings: { wait: new LatencyHistogram(), use: new LatencyHistogram(), connect: new LatencyHistogram() },
});
