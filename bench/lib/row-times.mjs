const FULL_ROW_MS = 20_000;
const QUICK_ROW_MS = 5_000;
const QUICK_TOTAL_MS = 120_000;
/** The rest of the two minutes is for starting and filling things. */
const QUICK_MEASURING_SHARE = 0.5;
/** For starting and filling things, and for the fewest rounds a row needs where each of them takes long. */
const FULL_EXTRA_MS = 300_000;
/** So many times its even share of what is left of the two minutes: a row that hangs leaves most of them to the others. */
const PATIENCE = 3;

/**
 * Says of the next of `left` rows how long it measures (`budgetMs`) and when it is given up (`deadlineMs`), in ms from
 * now.
 */
export const fullPlan =
  (budgetMs = FULL_ROW_MS, deadlineMs = FULL_EXTRA_MS + 2 * budgetMs) =>
  () => ({ budgetMs, deadlineMs });

/** Likewise for `--quick`: all rows together end within two minutes from now, whatever one of them does. */
export function quickPlan(budgetMs = QUICK_ROW_MS, deadlineMs = QUICK_TOTAL_MS, now = () => performance.now()) {
  const end = now() + QUICK_TOTAL_MS;
  return (left) => {
    const remainingMs = Math.max(0, end - now());
    const shareMs = remainingMs / left;
    return {
      budgetMs: Math.min(budgetMs, shareMs * QUICK_MEASURING_SHARE),
      deadlineMs: Math.min(deadlineMs, remainingMs, shareMs * PATIENCE),
    };
  };
}
