import { comparison } from '../lib/rows.mjs';
import { startRedis } from '../lib/servers.mjs';
import { redisPeers } from './contenders.mjs';
import { KEYS, never, small } from './keys.mjs';
import { connect, ours } from './ours.mjs';

/** `run(operations)` with `atOnce` under way together. */
const together = (atOnce, get) => {
  let at = 0;
  return async (operations) => {
    for (let n = 0; n < operations; n += atOnce) {
      const values = await Promise.all(Array.from({ length: atOnce }, () => get(KEYS[(at = (at + 1) % KEYS.length)])));
      if (values.includes(undefined)) never();
    }
  };
};

const row = (id, title, atOnce, atMost) =>
  comparison({
    id,
    title,
    target: { atMost },
    cpuTarget: { atMost },
    setup: async () => {
      const redis = await startRedis();
      const client = connect(redis.url);
      // Memory is off: every read goes to Redis.
      const { cache, close } = await ours({ redisUrl: redis.url, memory: false, redisTimeoutMs: 5_000 });
      const peers = {};
      for (const [name, make] of Object.entries(redisPeers)) peers[name] = await make(redis.url);
      for (const [n, key] of KEYS.entries()) {
        await client.set(`plain:${key}`, JSON.stringify(small(n)), 'PX', 3_600_000);
        await cache.set(key, small(n));
        for (const peer of Object.values(peers)) await peer.set(key, small(n));
      }
      const runs = Object.entries(peers).map(([name, peer]) => [
        name,
        together(atOnce, (key) => peer.getOrSet(key, never)),
      ]);
      return {
        base: together(atOnce, async (key) => JSON.parse(await client.get(`plain:${key}`))),
        subject: together(atOnce, (key) => cache.getOrSet(key, never)),
        peers: Object.fromEntries(runs),
        teardown: async () => {
          await close();
          await Promise.allSettled(Object.values(peers).map((peer) => peer.close()));
          client.disconnect();
          await redis.stop();
        },
      };
    },
  });

export const redisHits = [
  row('l2-hit-sequential', 'a hit in Redis, one at a time; base: ioredis GET and JSON.parse', 1, 1.1),
  row('l2-hit-32', 'the same, 32 at once', 32, 0.55),
];
