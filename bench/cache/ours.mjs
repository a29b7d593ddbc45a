import { Redis } from 'ioredis';
import { built } from '../lib/built.mjs';

const { CacheService, coreOf } = built('cache/cache.service');
const { SystemClock } = built('common/clock');

const OPTIONS = {
  memory: true,
  redis: true,
  ttlMs: 3_600_000,
  memoryLimitBytes: 512 * 1_048_576,
  prefix: 'bench',
  redisTimeoutMs: 100,
};

/** The cache as an application has it, without Redis, or with connections of its own to `redisUrl`. */
export async function ours({ redisUrl, ...options } = {}) {
  const port = redisUrl && { client: connect(redisUrl), subscriber: connect(redisUrl) };
  const cache = new CacheService({ ...OPTIONS, ...options }, new SystemClock(), port);
  cache.onModuleInit();
  await coreOf(cache).redis?.subscribed;
  return {
    cache,
    async close() {
      await cache.onApplicationShutdown();
      port?.client.disconnect();
      port?.subscriber.disconnect();
    },
  };
}

/** As the pools connect: what was given up is not sent again. */
export function connect(url) {
  return new Redis(url, { autoResendUnfulfilledCommands: false, retryStrategy: () => 50 }).on('error', () => undefined);
}
