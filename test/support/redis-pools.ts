import { SystemClock } from '../../src/common/clock';
import { RedisPool, type RedisPoolSettings } from '../../src/pools/redis/redis-pool';
import { RedisServer } from './redis-server';
import { TcpProxy } from './tcp-proxy';

/** Long enough for a busy machine to connect; the product has the same. */
export const COMMAND_TIMEOUT_MS = 1_000;
/** The timeout and ten times what one sweep and a busy machine add; how near it is kept is for the benchmark to say. */
export const SETTLED_MS = COMMAND_TIMEOUT_MS + 6_000;

/** For a test file: a real Redis, a proxy in front of it, and pools that are drained after the test that made them. */
export class RedisPools {
  server!: RedisServer;
  proxy!: TcpProxy;
  private readonly pools: RedisPool[] = [];

  /** To be called once, outside of any test. */
  static forFile(): RedisPools {
    const redis = new RedisPools();
    beforeAll(async () => {
      redis.server = await RedisServer.start();
      redis.proxy = await TcpProxy.start(redis.server.port);
    });
    afterEach(async () => {
      await Promise.all(redis.pools.splice(0).map((pool) => pool.drain(500)));
      redis.proxy.forward();
    });
    afterAll(async () => {
      await redis.proxy.close();
      await redis.server.close();
    });
    return redis;
  }

  get proxyUrl(): string {
    return `redis://127.0.0.1:${this.proxy.port}`;
  }

  /** A pool that is not started; `url` undefined: not configured. */
  makePool(url: string | undefined, options: Partial<RedisPoolSettings> = {}): RedisPool {
    const limits = { maxConnections: 6, acquireTimeoutMs: 1_000, maxWaiting: 50 };
    const usual = { ...limits, commandTimeoutMs: COMMAND_TIMEOUT_MS, probeIntervalMs: 200 };
    const pool = new RedisPool({ url, ...usual, ...options }, new SystemClock());
    this.pools.push(pool);
    return pool;
  }
}
