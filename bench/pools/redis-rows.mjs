import { Redis } from 'ioredis';
import { concurrently } from '../lib/concurrently.mjs';
import { absolute, comparison } from '../lib/rows.mjs';
import { startRedis } from '../lib/servers.mjs';
import { gapBeyondCut } from './cut-gap.mjs';
import { redisPool } from './managed-pools.mjs';

const KEYS = 1_000;

/** One plain ioredis connection and the shared client of our pool, asked for small values by so many callers. */
const gets = (concurrency, atLeast) =>
  comparison({
    id: `redis-get-${concurrency}`,
    title: `GET of 100 bytes, ${concurrency === 1 ? 'one caller' : `${concurrency} callers`}, of one plain ioredis connection`,
    measures: 'throughput',
    target: { atLeast },
    setup: async () => {
      const server = await startRedis();
      const plain = new Redis(server.url);
      const automatic = new Redis(server.url, { enableAutoPipelining: true });
      await Promise.all(Array.from({ length: KEYS }, (_, index) => plain.set(`key:${index}`, 'x'.repeat(100))));
      const ours = await redisPool(server.url);
      const get = (client) => (operations) =>
        concurrently(concurrency, operations, (index) => client.get(`key:${index % KEYS}`));
      return {
        base: get(plain),
        subject: get(ours.client),
        peers: { 'ioredis with enableAutoPipelining': get(automatic) },
        teardown: async () => {
          await ours.drain(1_000);
          plain.disconnect();
          automatic.disconnect();
          await server.stop();
        },
      };
    },
  });

const cutGap = absolute({
  id: 'redis-cut-gap',
  title: 'longest gap without an answer minus the outage, the network cut for 200 ms',
  unit: 'ms',
  target: { atMost: 150 },
  rounds: 10,
  precision: 0,
  setup: async () => {
    const server = await startRedis();
    return { server, teardown: () => server.stop() };
  },
  measure: ({ context }) => gapBeyondCut(context.server, redisPool),
});

export const redisRows = [gets(64, 1.4), gets(1, 0.95), cutGap];
