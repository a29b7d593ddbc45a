import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fullPlan, quickPlan } from './row-times.mjs';

const QUICK_TOTAL_MS = 120_000;

/** What each of so many rows gets when it takes what `used` makes of it. */
function run(rows, used) {
  const clock = { ms: 5_000 };
  const plan = quickPlan(undefined, undefined, () => clock.ms);
  const times = Array.from({ length: rows }, (_, index) => {
    const { budgetMs, deadlineMs } = plan(rows - index);
    clock.ms += used({ index, budgetMs, deadlineMs });
    return { budgetMs, deadlineMs };
  });
  return { times, totalMs: clock.ms - 5_000 };
}

test('quick rows end within two minutes, also when each of them hangs', () => {
  for (const rows of [1, 2, 7, 18, 40]) {
    const { totalMs } = run(rows, ({ deadlineMs }) => deadlineMs);
    assert.ok(totalMs <= QUICK_TOTAL_MS, `${rows} rows: ${totalMs} ms`);
  }
});

test('one row that hangs leaves the others time to measure and to start things', () => {
  const { times } = run(18, ({ index, budgetMs, deadlineMs }) => (index === 0 ? deadlineMs : budgetMs));
  for (const { budgetMs, deadlineMs } of times.slice(1)) {
    assert.ok(budgetMs > 2_500, `${budgetMs} ms`);
    assert.ok(deadlineMs > 12_000, `${deadlineMs} ms`);
  }
});

test('a row alone has all of the two minutes and measures no longer than any other', () => {
  assert.deepEqual(run(1, () => 0).times, [{ budgetMs: 5_000, deadlineMs: QUICK_TOTAL_MS }]);
});

test('what is asked for is kept to', () => {
  assert.deepEqual(quickPlan(1_000, 2_000)(1), { budgetMs: 1_000, deadlineMs: 2_000 });
  assert.equal(fullPlan(60_000)(3).budgetMs, 60_000);
  assert.ok(fullPlan(60_000)(3).deadlineMs > 120_000);
  assert.equal(fullPlan(60_000, 1_000)(3).deadlineMs, 1_000);
});
