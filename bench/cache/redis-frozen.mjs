import { absolute } from '../lib/rows.mjs';
import { startRedis } from '../lib/servers.mjs';
import { ours } from './ours.mjs';

const TIMEOUT_MS = 100;

async function freezing() {
  const redis = await startRedis();
  const { cache, close } = await ours({ redisUrl: redis.url, redisTimeoutMs: TIMEOUT_MS });
  await cache.get('warm-up');
  return { redis, cache, close };
}

/** One cold call and the next one, each after a fresh freeze. */
async function timesOfTwo() {
  const { redis, cache, close } = await freezing();
  process.kill(redis.pid, 'SIGSTOP');
  const times = [];
  for (const key of ['first', 'second']) {
    const started = performance.now();
    await cache.getOrSet(key, () => 'loaded');
    times.push(performance.now() - started);
  }
  await close();
  await redis.stop();
  return times;
}

const HITS = 500;

/** The slowest of at least 500 memory hits (ms), the first of them while a cold call waits for a frozen Redis. */
async function slowestHit() {
  const { redis, cache, close } = await freezing();
  await cache.set('hot', 1);
  for (let n = 0; n < HITS; n++) await cache.getOrSet('hot', () => 2); // until the compiler has settled
  process.kill(redis.pid, 'SIGSTOP');
  const call = { waiting: true };
  const cold = cache.getOrSet('cold', () => 'loaded').finally(() => (call.waiting = false));
  let slowest = 0;
  for (let n = 0; n < HITS || call.waiting; n++) {
    slowest = Math.max(slowest, await timeOfHit(cache));
    await new Promise(setImmediate);
  }
  await cold;
  await close();
  await redis.stop();
  return slowest;
}

async function timeOfHit(cache) {
  const started = performance.now();
  const value = await cache.getOrSet('hot', () => 2);
  const ms = performance.now() - started;
  if (value !== 1) throw new Error('a hit was expected');
  return ms;
}

export const redisFrozen = [
  absolute({
    id: 'redis-frozen-cold',
    title: `a cold call with Redis frozen; base: the timeout of ${TIMEOUT_MS} ms (target: 10 ms more)`,
    unit: 'ms',
    base: TIMEOUT_MS,
    target: { atMost: (TIMEOUT_MS + 10) / TIMEOUT_MS },
    rounds: 8,
    measure: async () => (await timesOfTwo())[0],
  }),
  absolute({
    id: 'redis-frozen-next',
    title: 'the next cold call, with the breaker open',
    unit: 'ms',
    target: { atMost: 1 },
    rounds: 8,
    measure: async () => (await timesOfTwo())[1],
  }),
  absolute({
    id: 'l1-hit-while-redis-frozen',
    title: `the slowest of at least ${HITS} memory hits, before and after the breaker opens`,
    unit: 'ms',
    target: { atMost: 1 },
    rounds: 8,
    measure: slowestHit,
  }),
];
