// What changed between two runs of `npm run bench` beyond their intervals: `npm run bench:compare -- A B`, where A and B
// are commits, or -1 for the last run, -2 for the one before.
import { changeOf, moreIsBetter, readHistory, runOf } from './lib/history.mjs';

const [a, b] = process.argv.slice(2);
if (a === undefined || b === undefined) throw new Error('say which two runs: npm run bench:compare -- A B');
const history = readHistory();
const [before, after] = [runOf(history, a), runOf(history, b)];

const earlier = new Map(before.rows.map((row) => [row.id, row]));
const changes = after.rows.flatMap((row) => {
  const change = earlier.has(row.id) ? changeOf(earlier.get(row.id), row) : undefined;
  return change === undefined ? [] : [{ row, change }];
});
const decided = changes.filter(({ change: { ci95 } }) => ci95[0] > 1 || ci95[1] < 1);
const word = ({ row, change }) => (change.ratio > 1 === moreIsBetter(row) ? 'better' : 'worse');
const lines = decided.map(({ row, change: { ratio, ci95 } }) => {
  const interval = ci95.map((value) => value.toFixed(2)).join(' – ');
  return `${word({ row, change: { ratio } })}  ${row.area}/${row.id}: × ${ratio.toFixed(2)} (${interval})`;
});
const machines = JSON.stringify({ ...before.machine, load1m: 0 }) === JSON.stringify({ ...after.machine, load1m: 0 });
process.stdout.write(
  `${before.commit} (load ${before.machine.load1m}) → ${after.commit} (load ${after.machine.load1m})${machines ? '' : ', on different machines'}\n` +
    `${lines.join('\n')}${lines.length > 0 ? '\n' : ''}` +
    `${changes.length - decided.length} of ${changes.length} rows did not change beyond their intervals\n`,
);
