import { SystemClock } from '../common/clock';
import { ManualClock } from '../testing/manual-clock';
import { retry, type RetryOptions } from './retry';
import { RetryBudget } from './retry-budget';

const clock = new SystemClock();
const options = (overrides: Partial<RetryOptions> = {}): RetryOptions => ({
  attempts: 3,
  pauseMs: 0,
  maxPauseMs: 0,
  budget: new RetryBudget(clock),
  clock,
  deadlineMs: clock.monotonic() + 1_000,
  decide: () => ({ afterMs: 0 }),
  ...overrides,
});
const failing = (times: number) => {
  let calls = 0;
  return Object.assign(
    async () => {
      if (calls++ < times) throw new Error(`failure ${calls}`);
      return calls;
    },
    { calls: () => calls },
  );
};

describe('retry', () => {
  it('repeats what is safe to repeat until it succeeds', async () => {
    expect(await retry(failing(2), options())).toBe(3);
  });

  it('throws the last failure when the attempts are over', async () => {
    const attempt = failing(9);
    await expect(retry(attempt, options())).rejects.toThrow('failure 3');
    expect(attempt.calls()).toBe(3);
  });

  it('does not repeat what is not safe', async () => {
    const attempt = failing(1);
    await expect(retry(attempt, options({ decide: () => 'give-up' }))).rejects.toThrow('failure 1');
    expect(attempt.calls()).toBe(1);
  });

  it('waits as long as the server asked for, unless that is beyond the deadline', async () => {
    const began = performance.now();
    expect(await retry(failing(1), options({ decide: () => ({ afterMs: 60 }) }))).toBe(2);
    expect(performance.now() - began).toBeGreaterThanOrEqual(59);
    await expect(retry(failing(1), options({ decide: () => ({ afterMs: 5_000 }) }))).rejects.toThrow('failure 1');
  });

  it('stops pausing when the signal fires', async () => {
    const signal = AbortSignal.timeout(20);
    const slow = options({ decide: () => ({ afterMs: 60_000 }), signal, deadlineMs: clock.monotonic() + 120_000 });
    const began = performance.now();
    await expect(retry(failing(1), slow)).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  it('adds at most a fifth of extra attempts when everything fails', async () => {
    let attempts = 0;
    const shared = options();
    for (let call = 0; call < 200; call++) {
      await retry(async () => {
        attempts++;
        throw new Error('down');
      }, shared).catch(() => undefined);
    }
    expect(attempts).toBeGreaterThan(230);
    expect(attempts).toBeLessThanOrEqual(240);
  });
});

describe('RetryBudget', () => {
  it('allows a few retries where there were few calls, and forgets after a while', () => {
    const still = new ManualClock();
    const budget = new RetryBudget(still);
    budget.deposit();
    expect([1, 2, 3, 4].map(() => budget.withdraw())).toEqual([true, true, true, false]);
    still.advance(10_000);
    expect(budget.withdraw()).toBe(false);
    still.advance(10_000);
    expect(budget.withdraw()).toBe(true);
  });
});
