import { SystemClock } from '../../src/common/clock';
import { RedisPool } from '../../src/pools/redis/redis.pool';
import { describePoolContract } from '../support/pool.contract';
import { RedisServer } from '../support/redis-server';
import { TcpProxy } from '../support/tcp-proxy';

/** Sockets that are never lent: commands and the subscriber. */
const RESERVED = 2;

jest.setTimeout(30_000); // a busy machine starts and stops servers slowly

describe('the Redis pool keeps the contract', () => {
  let server: RedisServer;
  let proxy: TcpProxy;
  beforeAll(async () => {
    server = await RedisServer.start();
    proxy = await TcpProxy.start(server.port);
  });
  afterAll(async () => {
    await proxy.close();
    await server.close();
  });

  describePoolContract({
    proxy: () => proxy,
    url: () => `redis://127.0.0.1:${proxy.port}`,
    make: (url, { capacity, maxWaiting, acquireTimeoutMs }) => {
      const options = { url, maxConnections: capacity + RESERVED, maxWaiting, acquireTimeoutMs, probeIntervalMs: 200 };
      const pool = new RedisPool({ ...options, commandTimeoutMs: 1_000 }, new SystemClock());
      return {
        pool,
        call: () => pool.use((connection) => connection.ping()),
        maxFor: (wanted) => wanted + RESERVED,
        hold: (settings) => {
          const lease = pool.acquire(settings);
          let free: (() => void) | undefined;
          return { granted: lease.then((held) => void (free = () => held.release())), free: () => free!() };
        },
      };
    },
  });
});
