import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { requireRuntime } from '../../scripts/runtime.mjs';
import { table } from './table.mjs';

const FULL_ROW_MS = 20_000;
const QUICK_ROW_MS = 5_000;
const QUICK_TOTAL_MS = 75_000; // the rest of the two minutes is for starting and filling things

/**
 * Runs the rows of one area: `node bench/<area>/index.mjs [--quick] [--json] [--only id,id] [--row-seconds n]`. Each row
 * of several gets a process of its own, as JMH gives every benchmark a fork: what the rows before it taught the compiler
 * and left on the heap would be part of its figure.
 * A row that cannot be measured is reported, does not stop the others, and makes the exit code 1; otherwise it is 0,
 * whatever the verdicts.
 */
export async function runBench(area, rows) {
  requireRuntime();
  const { values: flags } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      only: { type: 'string' },
      'row-seconds': { type: 'string' },
    },
  });
  const chosen = rows.filter(({ id }) => flags.only === undefined || flags.only.split(',').includes(id));
  if (chosen.length === 0) throw new Error(`no such row; there are: ${rows.map(({ id }) => id).join(', ')}`);
  const quickMs = Math.min(QUICK_ROW_MS, QUICK_TOTAL_MS / chosen.length);
  const budgetMs = flags['row-seconds'] ? Number(flags['row-seconds']) * 1_000 : flags.quick ? quickMs : FULL_ROW_MS;
  const measure = chosen.length === 1 ? measureHere : measureInProcess;

  const results = [];
  for (const row of chosen) {
    try {
      results.push(...(await measure(area, row, { budgetMs, quick: flags.quick })));
    } catch (error) {
      process.exitCode = 1;
      process.stderr.write(`${area}: ${row.id} could not be measured: ${error.stack}\n`);
    }
  }
  process.stdout.write(flags.json ? `${JSON.stringify(results, undefined, 2)}\n` : table(results));
  return results;
}

function measureHere(area, row, options) {
  process.stderr.write(`${area}: ${row.id} …\n`);
  return row.measure(options);
}

async function measureInProcess(area, row, { budgetMs, quick }) {
  const seconds = String(budgetMs / 1_000);
  const flags = ['--only', row.id, '--json', '--row-seconds', seconds, ...(quick ? ['--quick'] : [])];
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1], ...flags], {
    stdio: ['inherit', 'pipe', 'inherit'],
  });
  const [[code, signal], output] = await Promise.all([once(child, 'exit'), text(child.stdout)]);
  if (signal !== null) throw new Error(`its process was ended by ${signal}`);
  if (code !== 0) process.exitCode = 1; // it has said why
  return JSON.parse(output || '[]');
}
