import { setTimeout as sleep } from 'node:timers/promises';
import { ours } from './ours.mjs';

const { cache } = await ours({ redisUrl: process.env.REDIS_URL, redisTimeoutMs: 2_000 });
process.on('message', async ({ key, callers }) => {
  let loads = 0;
  const load = async () => (loads++, await sleep(50), 'loaded');
  await Promise.all(Array.from({ length: callers }, () => cache.getOrSet(key, load)));
  process.send({ loads });
});
process.on('disconnect', () => process.exit());
process.send({ ready: true });
