import { parseArgs } from 'node:util';
import { requireRuntime } from '../../scripts/runtime.mjs';
import { measureHere, measureInProcess } from './row-process.mjs';
import { fullPlan, quickPlan } from './row-times.mjs';
import { table } from './table.mjs';

/**
 * Runs the rows of one area: `node bench/<area>/index.mjs [--list] [--quick] [--json] [--only id,id] [--row-seconds n]
 * [--deadline-seconds n] [--here]`.
 * Each row gets a process of its own, as JMH gives every benchmark a fork: what the rows before it taught the compiler
 * and left on the heap would be part of its figure, and one that hangs can be ended. `--here` measures in this process,
 * without a deadline, for a debugger or a profiler.
 * A row that fails or is late is reported by name, does not stop the others, and makes the exit code 1; otherwise it is
 * 0, whatever the verdicts.
 */
export async function runBench(area, rows) {
  requireRuntime();
  const { values: flags } = parseArgs({
    options: {
      list: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      only: { type: 'string' },
      'row-seconds': { type: 'string' },
      'deadline-seconds': { type: 'string' },
      here: { type: 'boolean', default: false },
    },
  });
  if (flags.list) {
    process.stdout.write(rows.map(({ id, title }) => `${id}: ${title}\n`).join(''));
    return;
  }
  const chosen = chosenOf(rows, flags.only);
  const plan = (flags.quick ? quickPlan : fullPlan)(msOf(flags, 'row-seconds'), msOf(flags, 'deadline-seconds'));
  const measure = flags.here ? measureHere : measureInProcess;
  const say = (row, text) => process.connected || process.stderr.write(`${area}: ${row.id} ${text}\n`); // or the parent does

  const results = [];
  for (const [index, row] of chosen.entries()) {
    say(row, '…');
    try {
      results.push(...(await measure(row, { ...plan(chosen.length - index), quick: flags.quick })));
    } catch (error) {
      process.exitCode = 1;
      if (flags.here) process.stderr.write(`${error.stack}\n`);
      say(row, `could not be measured: ${error.message}`);
    }
  }
  // A row that has left something open is measured all the same.
  if (process.connected) process.send(results, () => process.exit());
  else process.stdout.write(flags.json ? `${JSON.stringify(results, undefined, 2)}\n` : table(results));
}

function chosenOf(rows, only) {
  if (only === undefined) return rows;
  const ids = only.split(',');
  const unknown = ids.filter((id) => !rows.some((row) => row.id === id));
  if (unknown.length > 0) {
    throw new Error(`no such row: ${unknown.join(', ')}; there are: ${rows.map(({ id }) => id).join(', ')}`);
  }
  return rows.filter(({ id }) => ids.includes(id));
}

function msOf(flags, name) {
  if (flags[name] === undefined) return undefined;
  const seconds = Number(flags[name]);
  if (!(seconds > 0)) throw new Error(`--${name} is ${flags[name]}; it must be a number above 0`);
  return seconds * 1_000;
}
