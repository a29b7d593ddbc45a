import type { Redis } from 'ioredis';
import type { Clock } from '../../common/clock';
import type { PoolTimings } from '../pool';
import type { CloseReason, PoolCounters } from '../pool-counters';

/** Where connections are counted, and what else happens when one cannot be made. */
export interface ConnectionBook {
  readonly counters: PoolCounters;
  readonly timings: PoolTimings;
  readonly closeReason: () => CloseReason;
  readonly connectFailed: () => void;
}

/** Counts and times the connections of a client that makes them itself. */
export function countConnections(client: Redis, book: ConnectionBook, clock: Clock): void {
  let beganMs = 0;
  let ready = false;
  client.on('connecting', () => (beganMs = clock.monotonic()));
  client.on('ready', () => {
    ready = true;
    book.counters.created++;
    book.timings.connect.record(clock.monotonic() - beganMs);
  });
  client.on('close', () => {
    if (ready) book.counters.closed[book.closeReason()]++;
    else book.connectFailed();
    ready = false;
  });
}
