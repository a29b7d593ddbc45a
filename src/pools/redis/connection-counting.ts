import type { Redis } from 'ioredis';
import type { Clock } from '../../common/clock';
import type { PoolTimings } from '../pool';
import type { CloseReason, PoolCounters } from '../pool-counters';

/** Where the connections of a client are counted, and what to call when one cannot be opened. */
export interface ConnectionCounting {
  readonly counters: PoolCounters;
  readonly timings: PoolTimings;
  readonly closeReason: () => CloseReason;
  readonly connectFailed: () => void;
}

/** Counts and times the connections of an ioredis client, which opens them by itself. */
export function countConnections(client: Redis, counting: ConnectionCounting, clock: Clock): void {
  let beganMs = 0;
  let ready = false;
  client.on('connecting', () => (beganMs = clock.monotonic()));
  client.on('ready', () => {
    ready = true;
    counting.counters.created++;
    counting.timings.connect.record(clock.monotonic() - beganMs);
  });
  client.on('close', () => {
    if (ready) counting.counters.closed[counting.closeReason()]++;
    else counting.connectFailed();
    ready = false;
  });
}
