import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { LRUCache } from 'lru-cache';
import { absolute } from '../lib/rows.mjs';
import { ours } from './ours.mjs';

/** Traces of a shop by cache2k, CC BY 4.0: pages of products, and objects of a database. They are no part of this project. */
const FOLDER = resolve(process.env.JUDGES_DIR ?? resolve(import.meta.dirname, '../../../shared/judges'), 'traces');
const SIZES = {
  web07: [500, 1_000, 2_000, 5_000],
  web12: [500, 1_000, 2_000, 5_000],
  'orm-busy': [500, 1_000, 5_000],
  'orm-night': [500, 1_000, 5_000],
};
/** With `--quick` only the beginning of a trace is read. */
const QUICK_ACCESSES = 400_000;
const MAX_TRACE_BYTES = 64 * 1_048_576;

/** The keys asked for, in order: numbers of 32 bits, big-endian, xz. */
function keysOf(file, quick) {
  const bytes = execFileSync('xz', ['-dc', file], { maxBuffer: MAX_TRACE_BYTES });
  const accesses = quick ? Math.min(QUICK_ACCESSES, bytes.length / 4) : bytes.length / 4;
  return Array.from({ length: accesses }, (_, n) => `product:${bytes.readUInt32BE(n * 4)}`);
}

function hitsOf(keys, has, put) {
  let hits = 0;
  for (const key of keys) {
    if (has(key)) hits++;
    else put(key);
  }
  return hits;
}

async function pointsAboveLru(keys, entries) {
  const lru = new LRUCache({ max: entries });
  const base = hitsOf(
    keys,
    (key) => lru.get(key) !== undefined,
    (key) => lru.set(key, 1),
  );
  const { cache, close } = await ours();
  const mine = cache.namespace('trace', { maxEntries: entries });
  const subject = hitsOf(
    keys,
    (key) => mine.getSync(key) !== undefined,
    (key) => void mine.set(key, 1),
  );
  const { evictionWindow } = cache.stats().namespaces.find(({ name }) => name === 'trace').memory;
  await close();
  const percent = (hits) => (100 * hits) / keys.length;
  const figures = `lru-cache ${percent(base).toFixed(2)} %, ours ${percent(subject).toFixed(2)} %`;
  process.stderr.write(`  ${figures}, window at the end ${evictionWindow}\n`);
  return percent(subject) - percent(base);
}

function hitRatio(trace, entries) {
  const file = resolve(FOLDER, `${trace}.trace.xz`);
  const row = absolute({
    id: `hit-ratio-${trace}-${entries}`,
    title: `hits of the trace ${trace} with ${entries} entries, percentage points above lru-cache`,
    unit: 'points',
    target: { atLeast: -0.2 },
    exact: true,
    measure: ({ quick }) => pointsAboveLru(keysOf(file, quick), entries),
  });
  return {
    ...row,
    async measure(options) {
      if (existsSync(file)) return row.measure(options);
      process.stderr.write(`  ${row.id} is not measured: there is no ${file} (JUDGES_DIR says where)\n`);
      return [];
    },
  };
}

/** What learning which entries to evict brings, on other people's traces. */
export const hitRatios = Object.entries(SIZES).flatMap(([trace, sizes]) => sizes.map((size) => hitRatio(trace, size)));
