import { Redis } from 'ioredis';
import { type Clock, SystemClock } from '../../src/common/clock';
import type { CacheOptions } from '../../src/cache/options/cache.options';
import { CacheService } from '../../src/cache/cache.service';
import type { RedisPort } from '../../src/cache/tiers/redis-port';
import { eventually } from '../support/eventually';
import { RedisServer } from '../support/redis-server';

export const CACHE_OPTIONS: CacheOptions = {
  memory: true,
  redis: true,
  ttlMs: 60_000,
  memoryLimitBytes: 64 * 1_048_576,
  prefix: 'pg',
  // Long enough for a busy machine; what is about the timeout sets its own.
  redisTimeoutMs: 1_000,
};

/** Caches as separate processes would have them: each with connections of its own to the same Redis. */
export class RedisCaches {
  readonly clients: Redis[] = [];
  private readonly caches: CacheService[] = [];

  constructor(readonly url: string) {}

  connect(): Redis {
    // As the pools have it: a command that was given up must not be sent again much later.
    const client = new Redis(this.url, {
      retryStrategy: () => 20,
      maxRetriesPerRequest: null,
      autoResendUnfulfilledCommands: false,
      // The cache subscribes again by itself; ioredis's own attempt is rejected without a handler when a test ends in the
      // middle of it.
      autoResubscribe: false,
    });
    client.on('error', () => undefined); // expected: the tests stop the server
    this.clients.push(client);
    return client;
  }

  /** A cache whose bus is up. */
  async open(options: Partial<CacheOptions> = {}): Promise<CacheService> {
    const cache = this.make(options);
    await busUp(cache);
    return cache;
  }

  /** A cache that has begun to connect. */
  make(
    options: Partial<CacheOptions> = {},
    port: RedisPort = { client: this.connect(), subscriber: this.connect() },
    clock: Clock = new SystemClock(),
  ): CacheService {
    const cache = new CacheService({ ...CACHE_OPTIONS, ...options }, clock, port);
    this.caches.push(cache);
    cache.onModuleInit();
    return cache;
  }

  async close(): Promise<void> {
    await Promise.all(this.caches.splice(0).map((cache) => cache.onApplicationShutdown()));
    for (const client of this.clients.splice(0)) client.disconnect();
  }
}

export async function busUp(cache: CacheService): Promise<void> {
  await eventually('Redis and the bus are up', () => {
    const { redis } = cache.stats();
    return redis?.bus === 'up' && redis.breaker === 'closed';
  });
}

/** Gives every test of a `describe` an empty Redis, the same server for all, and caches that are closed after it. */
export function overOneRedis(begin: (caches: RedisCaches) => Promise<void>): void {
  let server: RedisServer;
  let caches: RedisCaches;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    caches = new RedisCaches(server.url);
    await caches.connect().flushall();
    await begin(caches);
  });
  afterEach(() => caches.close());
}
