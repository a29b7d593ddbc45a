import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';

export const HISTORY = join(import.meta.dirname, '..', 'history.jsonl');

const git = (...args) => execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' }).trim();

/** Of which state of the project and on what machine something is measured. */
export function provenance() {
  return {
    at: new Date().toISOString(),
    commit: git('rev-parse', '--short=10', 'HEAD') + (git('status', '--porcelain') === '' ? '' : '+changes'),
    machine: {
      processor: cpus()[0]?.model ?? '',
      cores: availableParallelism(),
      memoryGb: Math.round(totalmem() / 1e9),
      node: process.versions.node,
      load1m: Number(loadavg()[0].toFixed(1)),
    },
  };
}

/** One line for each run of all areas, the oldest first. */
export function readHistory(file = HISTORY) {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

export function appendHistory(entry, file = HISTORY) {
  appendFileSync(file, `${JSON.stringify(entry)}\n`);
}

/** The latest run of a commit (its beginning is enough), or the n-th from the end: `-1` is the last. */
export function runOf(history, name) {
  const run = /^-\d+$/.test(name)
    ? history.at(Number(name))
    : history.findLast(({ commit }) => commit.startsWith(name));
  if (run !== undefined) return run;
  const known = history.map(({ commit }) => commit).join(', ') || 'none';
  throw new Error(`there is no run ${name} in bench/history.jsonl; there are: ${known}, or -1 for the last`);
}

/** How far B lies from A, as a ratio with the interval that follows from both; undefined where there is no ratio. */
export function changeOf(a, b) {
  if (!(a.ratio > 0 && b.ratio > 0 && a.ci95[0] > 0 && b.ci95[0] > 0)) return undefined;
  return { ratio: b.ratio / a.ratio, ci95: [b.ci95[0] / a.ci95[1], b.ci95[1] / a.ci95[0]] };
}

/** Whether more of a row is better. */
export const moreIsBetter = ({ direction, measures }) => direction === '>=' || measures === 'throughput';

/** The whole interval of `row` lies a share of `by` or more behind what was kept. */
export function isBehind(row, kept, by) {
  const [low, high] = row.ci95;
  return moreIsBetter(row) ? high <= kept * (1 - by) : low >= kept * (1 + by);
}
