import { comparison } from '../lib/rows.mjs';
import { startRedis } from '../lib/servers.mjs';
import { small } from './keys.mjs';
import { connect, ours } from './ours.mjs';

const ENTRIES = Array.from({ length: 10_000 }, (_, n) => [`many:${n}`, small(n)]);

/** One operation is one call with all entries. */
const each = (act) => async (operations) => {
  for (let n = 0; n < operations; n++) await act();
};

export const setMany = comparison({
  id: 'set-many-10k',
  title: 'setMany of 10,000 entries; base: JSON.stringify and SET PX in one ioredis pipeline',
  target: { atMost: 1.3 },
  cpuTarget: { atMost: 1.3 },
  setup: async () => {
    const redis = await startRedis();
    const client = connect(redis.url);
    const { cache, close } = await ours({ redisUrl: redis.url, redisTimeoutMs: 5_000 });
    return {
      base: each(async () => {
        const pipeline = client.pipeline();
        for (const [key, value] of ENTRIES) pipeline.set(`plain:${key}`, JSON.stringify(value), 'PX', 3_600_000);
        await pipeline.exec();
      }),
      subject: each(() => cache.setMany(ENTRIES)),
      teardown: async () => {
        await close();
        client.disconnect();
        await redis.stop();
      },
    };
  },
});
