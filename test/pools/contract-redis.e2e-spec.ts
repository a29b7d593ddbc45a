import { SystemClock } from '../../src/common/clock';
import { RedisPool } from '../../src/pools/redis/redis-pool';
import { describePoolContract } from '../support/pool-contract';
import { holdByLease } from '../support/pool-contract-subject';
import { RedisServer } from '../support/redis-server';

/** Sockets that are never lent: commands and the subscriber. */
const RESERVED = 2;

describePoolContract('Redis', {
  startServer: () => RedisServer.start(),
  url: (port) => `redis://127.0.0.1:${port}`,
  reserved: RESERVED,
  makePool: (url, { capacity, maxWaiting, acquireTimeoutMs }) => {
    const options = { url, maxConnections: capacity + RESERVED, maxWaiting, acquireTimeoutMs, probeIntervalMs: 200 };
    const pool = new RedisPool({ ...options, commandTimeoutMs: 1_000 }, new SystemClock());
    return {
      pool,
      call: () => pool.use((connection) => connection.ping()),
      hold: (settings) => holdByLease(pool.acquire(settings)),
    };
  },
});
