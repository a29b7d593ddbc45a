import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const BENCH = join(import.meta.dirname, '..');

/** Every folder of bench/ that lists rows. */
export const AREAS = readdirSync(BENCH, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && readdirSync(join(BENCH, entry.name)).includes('index.mjs'))
  .map(({ name }) => name)
  .toSorted();

/** Runs an area with these flags, and answers its rows and whether all of them could be measured. */
export async function runArea(area, flags) {
  const child = spawn(process.execPath, [join(BENCH, area, 'index.mjs'), '--json', ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  const rows = output === '' ? [] : JSON.parse(output);
  return { rows: rows.map((row) => Object.assign(row, { area })), complete: code === 0 };
}
