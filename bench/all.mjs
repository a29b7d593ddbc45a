// All areas against their peers: appends a line to bench/history.jsonl and writes the tables in bench/README.md anew.
// `npm run bench [-- --areas cache,http] [-- --row-seconds 5] [-- --quick]`
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { AREAS, runArea } from './lib/area.mjs';
import { appendHistory, provenance } from './lib/history.mjs';
import { withTables } from './lib/readme-tables.mjs';

const README = join(import.meta.dirname, 'README.md');
const { values: flags } = parseArgs({
  options: { areas: { type: 'string' }, 'row-seconds': { type: 'string' }, quick: { type: 'boolean', default: false } },
});
const areas = flags.areas?.split(',') ?? AREAS;
const unknown = areas.filter((area) => !AREAS.includes(area));
if (unknown.length > 0) throw new Error(`no such area: ${unknown.join(', ')}; there are: ${AREAS.join(', ')}`);
const passed = [
  ...(flags.quick ? ['--quick'] : []),
  ...(flags['row-seconds'] === undefined ? [] : ['--row-seconds', flags['row-seconds']]),
];

const begun = provenance();
const rows = [];
for (const area of areas) {
  const measured = await runArea(area, passed);
  rows.push(...measured.rows);
  if (!measured.complete) process.exitCode = 1;
}
const entry = { ...begun, rows };
appendHistory(entry);
writeFileSync(README, withTables(readFileSync(README, 'utf8'), entry));
process.stdout.write(`${rows.length} rows of ${areas.join(', ')} are in bench/history.jsonl and bench/README.md\n`);
