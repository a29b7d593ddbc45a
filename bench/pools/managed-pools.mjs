import { built } from '../lib/built.mjs';

const LIMITS = { acquireTimeoutMs: 5_000, maxWaiting: 1_000 };

/** The service's Redis pool as it runs by default, started. */
export async function redisPool(url, options) {
  const { SystemClock } = built('common/clock');
  const { RedisPool } = built('pools/redis/redis-pool');
  const pool = new RedisPool({ url, maxConnections: 20, ...LIMITS, ...options }, new SystemClock());
  await pool.start();
  return pool;
}

/** The service's HTTP pool as it runs by default, started. */
export async function httpPool(upstreams, options) {
  const { SystemClock } = built('common/clock');
  const { HttpPool } = built('pools/http/http-pool');
  const connections = { maxConnections: 100, maxConnectionsPerOrigin: 100 };
  const pool = new HttpPool({ upstreams, ...connections, ...LIMITS, ...options }, new SystemClock());
  await pool.start();
  return pool;
}
