import { LRUCache } from 'lru-cache';
import { settledBytes } from '../lib/garbage.mjs';
import { absolute } from '../lib/rows.mjs';
import { small } from './keys.mjs';
import { ours } from './ours.mjs';

const ENTRIES = 100_000;

async function bytesPerEntry(fill) {
  const before = settledBytes();
  const held = await fill();
  const after = settledBytes();
  if (held === undefined) throw new Error('nothing was filled'); // keeps it alive until here
  return (after - before) / ENTRIES;
}

const keyOf = (n) => `entry:${n}`;

export const memoryPerEntry = absolute({
  id: 'memory-per-entry',
  title: `bytes of ${ENTRIES} small entries after a hit each; base: lru-cache with ttl`,
  unit: '× lru-cache',
  target: { atMost: 1.3 },
  rounds: 3,
  measure: async () => {
    const base = await bytesPerEntry(async () => {
      const cache = new LRUCache({ max: ENTRIES, ttl: 3_600_000 });
      for (let n = 0; n < ENTRIES; n++) cache.set(keyOf(n), Object.freeze(small(n)));
      for (let n = 0; n < ENTRIES; n++) cache.get(keyOf(n));
      return cache;
    });
    const mine = await bytesPerEntry(async () => {
      const { cache } = await ours();
      for (let n = 0; n < ENTRIES; n++) await cache.set(keyOf(n), small(n));
      for (let n = 0; n < ENTRIES; n++) await cache.getOrSet(keyOf(n), small);
      return cache;
    });
    process.stderr.write(`  bytes an entry: lru-cache ${base.toFixed(0)}, ours ${mine.toFixed(0)}\n`);
    return mine / base;
  },
});
