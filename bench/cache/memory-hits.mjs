import { LRUCache } from 'lru-cache';
import { comparison } from '../lib/rows.mjs';
import { memoryPeers } from './contenders.mjs';
import { each, eachAwaited, KEYS, large, never, small } from './keys.mjs';
import { ours } from './ours.mjs';

const TAGS = ['users', 'tenant:1', 'region:eu'];

function lru(valueOf) {
  const cache = new LRUCache({ max: 200_000, ttl: 3_600_000 });
  KEYS.forEach((key, n) => cache.set(key, valueOf(n)));
  return cache;
}

async function filled(valueOf, options) {
  const { cache, close } = await ours();
  await Promise.all(KEYS.map((key, n) => cache.set(key, valueOf(n), options)));
  return { cache, close };
}

async function peers(valueOf) {
  const made = Object.entries(memoryPeers).map(([name, make]) => [name, make()]);
  for (const [, peer] of made) for (const [n, key] of KEYS.entries()) await peer.set(key, valueOf(n));
  return {
    runs: Object.fromEntries(made.map(([name, peer]) => [name, eachAwaited((key) => peer.getOrSet(key, never))])),
    close: () => Promise.all(made.map(([, peer]) => peer.close())),
  };
}

const synchronous = (id, title, atMost, options) =>
  comparison({
    id,
    title,
    target: { atMost },
    setup: async () => {
      const base = lru(small);
      const { cache, close } = await filled(small, options);
      return { base: each((key) => base.get(key)), subject: each((key) => cache.getSync(key)), teardown: close };
    },
  });

const awaited = (id, title, atMost, options, withPeers = false) =>
  comparison({
    id,
    title,
    target: { atMost },
    setup: async () => {
      const base = lru(small);
      const { cache, close } = await filled(small, options);
      const others = withPeers ? await peers(small) : { runs: {}, close: async () => undefined };
      return {
        base: eachAwaited((key) => base.get(key)),
        subject: eachAwaited((key) => cache.getOrSet(key, never, options)),
        peers: others.runs,
        teardown: async () => {
          await close();
          await others.close();
        },
      };
    },
  });

export const memoryHits = [
  synchronous('l1-get-sync', 'a memory hit; base: lru-cache with ttl', 0.95),
  synchronous('l1-get-sync-3-tags', 'the same, of an entry with 3 tags', 1.1, { tags: TAGS }),
  awaited('l1-get-or-set', 'an awaited memory hit; base: lru-cache, awaited', 0.8, undefined, true),
  awaited('l1-get-or-set-3-tags', 'the same, of an entry with 3 tags', 0.95, { tags: TAGS }),
  comparison({
    id: 'l1-hit-49kb',
    title: 'an awaited memory hit of 49 kB; base: ours of a small value',
    target: { atMost: 1.1 },
    setup: async () => {
      const [one, other, others] = [await filled(small), await filled(large), await peers(large)];
      return {
        base: eachAwaited((key) => one.cache.getOrSet(key, never)),
        subject: eachAwaited((key) => other.cache.getOrSet(key, never)),
        peers: others.runs,
        teardown: async () => {
          await Promise.all([one.close(), other.close(), others.close()]);
        },
      };
    },
  }),
];
