import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startChild } from '../lib/child.mjs';
import { absolute } from '../lib/rows.mjs';
import { startRedis } from '../lib/servers.mjs';
import { ours } from './ours.mjs';

const CALLERS = 200;

const inOneProcess = (id, title, load) =>
  absolute({
    id,
    title,
    unit: 'loads',
    target: { atMost: 1 },
    rounds: 5,
    setup: async () => {
      const redis = await startRedis();
      const { cache, close } = await ours({ redisUrl: redis.url, redisTimeoutMs: 2_000 });
      return { cache, teardown: async () => (await close(), redis.stop()) };
    },
    measure: async ({ round, context: { cache } }) => {
      let loads = 0;
      const counted = () => (loads++, load());
      await Promise.allSettled(Array.from({ length: CALLERS }, () => cache.getOrSet(`${id}:${round}`, counted)));
      return loads;
    },
  });

const inTwoProcesses = absolute({
  id: 'stampede-2-processes',
  title: `loads of one key, ${CALLERS} callers in each of two processes`,
  unit: 'loads',
  target: { atMost: 1 },
  rounds: 5,
  setup: async () => {
    const redis = await startRedis();
    const children = [child(redis.url), child(redis.url)];
    await Promise.all(children.map((one) => one.next()));
    return { children, teardown: async () => (await Promise.all(children.map((one) => one.stop())), redis.stop()) };
  },
  measure: async ({ round, context: { children } }) => {
    const task = { key: `stampede:${round}`, callers: CALLERS };
    const answers = await Promise.all(children.map((one) => one.ask(task)));
    return answers.reduce((sum, { loads }) => sum + loads, 0);
  },
});

const child = (url) =>
  startChild(join(import.meta.dirname, 'stampede-process.mjs'), [], { env: { ...process.env, REDIS_URL: url } });

export const stampedes = [
  inOneProcess('stampede-200', `loads of one key, ${CALLERS} callers`, () => sleep(50, 'loaded')),
  inOneProcess('stampede-200-failing', 'the same with a load that fails', async () => {
    await sleep(50);
    throw new Error('on purpose');
  }),
  inTwoProcesses,
];
