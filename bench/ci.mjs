// A few ratios in less than three minutes: fails when the whole interval of one lies 25 % or more behind what is kept in
// bench/kept.json. `npm run bench:ci [-- --keep]`: --keep writes what is measured there,
// and into bench/history.jsonl.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runArea } from './lib/area.mjs';
import { appendHistory, isBehind, provenance } from './lib/history.mjs';

const KEPT = join(import.meta.dirname, 'kept.json');
const ALLOWED_BEHIND = 0.25;
const ROW_SECONDS = 8;
/** Ratios, since they stay where the machine changes: of hits, of statements, commands and requests through the pools. */
const ROWS = {
  cache: ['l1-get-sync', 'l1-get-or-set', 'l2-hit-32'],
  pools: ['pg-10-rows', 'redis-get-64', 'http-get'],
  monitoring: ['http-instrumented'],
};

const keep = process.argv.includes('--keep');
if (!keep && !existsSync(KEPT))
  throw new Error('nothing is kept yet: run npm run bench:ci -- --keep on a quiet machine');
const beganMs = performance.now();
const rows = [];
for (const [area, ids] of Object.entries(ROWS)) {
  const flags = ['--only', ids.join(','), '--row-seconds', String(ROW_SECONDS), '--deadline-seconds', '45'];
  const measured = await runArea(area, flags);
  rows.push(...measured.rows);
  if (!measured.complete) process.exitCode = 1;
}
if (keep) {
  const begun = provenance();
  appendHistory({ ...begun, rows });
  const ratios = Object.fromEntries(rows.map(({ id, ratio, ci95 }) => [id, { ratio, ci95 }]));
  writeFileSync(KEPT, `${JSON.stringify({ ...begun, rows: ratios }, undefined, 2)}\n`);
} else {
  const { rows: kept } = JSON.parse(readFileSync(KEPT, 'utf8'));
  for (const row of rows) {
    if (kept[row.id] === undefined) continue;
    const behind = isBehind(row, kept[row.id].ratio, ALLOWED_BEHIND);
    if (behind) process.exitCode = 1;
    const [low, high] = row.ci95.map((value) => value.toFixed(2));
    process.stdout.write(
      `${behind ? 'BEHIND' : 'ok    '} ${row.id}: ${row.ratio.toFixed(2)} (${low} – ${high}), kept ${kept[row.id].ratio.toFixed(2)}\n`,
    );
  }
}
process.stdout.write(`${rows.length} rows in ${((performance.now() - beganMs) / 1_000).toFixed(0)} s\n`);
