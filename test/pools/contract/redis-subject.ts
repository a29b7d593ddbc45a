import { SystemClock } from '../../../src/common/clock';
import { RedisPool } from '../../../src/pools/redis/redis-pool';
import { type ContractSubject, holdByLease } from '../../support/pool-contract-subject';
import { RedisServer } from '../../support/redis-server';

/** Sockets that are never lent: commands and the subscriber. */
const RESERVED = 2;

/** The Redis pool as the contract of all pools sees it. */
export const redisSubject: ContractSubject<RedisServer> = {
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
};
