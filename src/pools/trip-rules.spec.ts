import { array, assert, constantFrom, integer, property, tuple } from 'fast-check';
import { ManualClock } from '../testing/manual-clock';
import { FailureRatio } from './trip-rules';

const make = (clock: ManualClock, options = {}) =>
  new FailureRatio({ failureRatio: 0.5, minRequests: 4, windowMs: 1_000, ...options }, clock);

describe('FailureRatio', () => {
  it('judges nothing below the minimum, and then from its share on', () => {
    const rule = make(new ManualClock());
    expect([rule.failed(), rule.failed(), rule.failed()]).toEqual([false, false, false]);
    expect(rule.failed()).toBe(true);
    rule.reset();
    for (let i = 0; i < 5; i++) rule.succeeded();
    const failures = Array.from({ length: 5 }, () => rule.failed());
    expect(failures).toEqual([false, false, false, false, true]);
  });

  it('forgets what is older than its window', () => {
    const clock = new ManualClock();
    const rule = make(clock);
    for (let i = 0; i < 100; i++) rule.succeeded();
    clock.advance(1_100);
    expect([rule.failed(), rule.failed(), rule.failed(), rule.failed()].at(-1)).toBe(true);
    clock.advance(1_100);
    expect(rule.failed()).toBe(false);
  });

  it('never trips while less than its share of the calls of a window and a tenth fails', () => {
    const call = tuple(integer({ min: 0, max: 400 }), constantFrom(true, false));
    assert(
      property(array(call, { maxLength: 200 }), (calls) => {
        const clock = new ManualClock();
        const rule = make(clock);
        const seen: { readonly atMs: number; readonly failed: boolean }[] = [];
        for (const [laterMs, failed] of calls) {
          clock.advance(laterMs);
          const atMs = clock.monotonic();
          seen.push({ atMs, failed });
          const tripped = failed ? rule.failed() : (rule.succeeded(), false);
          const sliceMs = Math.floor(atMs / 100) * 100;
          const inWindow = seen.filter((one) => one.atMs >= sliceMs - 900);
          const ratio = inWindow.filter((one) => one.failed).length / inWindow.length;
          expect(tripped).toBe(failed && inWindow.length >= 4 && ratio >= 0.5);
        }
      }),
    );
  });
});
