import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../common/clock';
import { LatencyHistogram } from '../common/latency-histogram';

/** After so many operations the loop lets everything else of the process run once. */
const TURN_EVERY = 200;

export interface LoopFigures {
  readonly operations: number;
  readonly durationMs: number;
  readonly latency: LatencyHistogram;
}

/**
 * Does `operation` for every key, in order, with `concurrency` of them under way at any time, and measures each.
 *
 * It runs on the thread of the service, because cache and pools live there: a worker would measure the messages between
 * threads, which their callers never pay. The cost of the load generator is paid before the measurement (the keys are
 * drawn in advance) or is small (20 ns for recording a duration), and it is the same with and without the cache.
 * `concurrency` means just this: so many callers, each of which waits for its answer before it asks again.
 */
export async function closedLoop(options: {
  readonly keys: Int32Array;
  readonly concurrency: number;
  readonly operation: (key: number) => Promise<unknown>;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly onProgress: (done: number) => void;
}): Promise<LoopFigures> {
  const { keys, concurrency, operation, signal, clock, onProgress } = options;
  const latency = new LatencyHistogram();
  let next = 0;
  // Hits in memory never leave the microtask queue: without a turn, no timer and no request would be served.
  const lane = async () => {
    while (next < keys.length) {
      const index = next++;
      if (index % TURN_EVERY === 0) {
        onProgress(index);
        await nextTurn();
        signal.throwIfAborted();
      }
      const startMs = clock.monotonic();
      await operation(keys[index]!);
      latency.record(clock.monotonic() - startMs);
    }
  };
  const startMs = clock.monotonic();
  const lanes = Array.from({ length: concurrency }, lane);
  // All of them, also after a failure: whatever still runs must not outlive the tables it reads.
  const failed = (await Promise.allSettled(lanes)).find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  return { operations: keys.length, durationMs: clock.monotonic() - startMs, latency };
}
