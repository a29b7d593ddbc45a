import { ManualClock } from '../testing/manual-clock';
import { Breaker, type BreakerOptions, DEFAULT_BREAKER } from './breaker';

describe('Breaker', () => {
  const clock = new ManualClock();
  const make = (options: Partial<BreakerOptions> = {}, random = () => 0.5) =>
    Breaker.ofFailuresInARow({ ...DEFAULT_BREAKER, failureThreshold: 3, ...options }, clock, random);

  it('opens after failures in a row, not after as many with a success between', () => {
    const breaker = make();
    fail(breaker, 2);
    breaker.settle(breaker.tryAcquire()!, 'success');
    fail(breaker, 2);
    expect(breaker.state).toBe('closed');
    fail(breaker, 1);
    expect(breaker.state).toBe('open');
    expect(breaker.tryAcquire()).toBeUndefined();
    expect(breaker.lastError).toEqual(new Error('down'));
  });

  it('does not count what says nothing about the server', () => {
    const breaker = make();
    for (let time = 0; time < 10; time++) breaker.settle(breaker.tryAcquire()!, 'ignored');
    expect(breaker.state).toBe('closed');
  });

  it('waits out failures that have not gone on for long enough', () => {
    const breaker = make({ tripAfterMs: 1_000 });
    fail(breaker, 10);
    expect(breaker.state).toBe('closed');
    clock.advance(1_000);
    fail(breaker, 1);
    expect(breaker.state).toBe('open');
  });

  it.each([
    [0, 50],
    [0.999_999, 100],
  ])('is open for 50 to 100 ms at first', (random, expectedMs) => {
    const breaker = make({}, () => random);
    fail(breaker, 3);
    expect(breaker.retryAfterMs).toBeCloseTo(expectedMs, 1);
  });

  it('stays open for longer every time its probe fails, up to the maximum', () => {
    const breaker = make({ maxOpenMs: 500 });
    fail(breaker, 3);
    const lengths = [];
    for (let time = 0; time < 5; time++) {
      lengths.push(breaker.retryAfterMs);
      clock.advance(breaker.retryAfterMs);
      breaker.settle(breaker.tryAcquire()!, 'failure');
    }
    expect(lengths.map(Math.round)).toEqual([75, 150, 300, 500, 500]);
  });

  it('lets as many probes through as it may, and rejects the rest at once', () => {
    const breaker = make({ halfOpenProbes: 2 });
    fail(breaker, 3);
    clock.advance(100);
    expect(breaker.state).toBe('half-open');
    expect([breaker.tryAcquire(), breaker.tryAcquire(), breaker.tryAcquire()].map(Boolean)).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('frees the slot of a probe that was aborted, and of one that hangs', () => {
    const breaker = make({ probeTimeoutMs: 1_000 });
    fail(breaker, 3);
    clock.advance(100);
    breaker.settle(breaker.tryAcquire()!, 'ignored');
    const hung = breaker.tryAcquire();
    expect(hung).toBeDefined();
    expect(breaker.tryAcquire()).toBeUndefined();
    clock.advance(1_000);
    expect(breaker.tryAcquire()).toBeDefined();
  });

  it('closes on a good probe, and begins anew', () => {
    const breaker = make();
    const states: string[] = [];
    breaker.onChange((state) => states.push(state));
    fail(breaker, 3);
    clock.advance(100);
    breaker.settle(breaker.tryAcquire()!, 'success');
    fail(breaker, 2);
    expect(breaker.state).toBe('closed');
    fail(breaker, 1);
    expect(breaker.retryAfterMs).toBe(75);
    expect(states).toEqual(['open', 'half-open', 'closed', 'open']);
  });

  it('lets a share through while it is open, of which a success closes it and a failure prolongs nothing', () => {
    const breaker = make({ openShare: 0.25 });
    fail(breaker, 3);
    const passed = Array.from({ length: 8 }, () => breaker.tryAcquire());
    expect(passed.map(Boolean)).toEqual([false, false, false, true, false, false, false, true]);
    const { retryAfterMs } = breaker;
    breaker.settle(passed[3]!, 'failure', new Error('down'));
    expect(breaker.retryAfterMs).toBe(retryAfterMs);
    breaker.settle(passed[7]!, 'success');
    expect(breaker.state).toBe('closed');
  });

  it('ignores the late outcome of a call from before it opened', () => {
    const breaker = make();
    const late = breaker.tryAcquire()!;
    fail(breaker, 3);
    clock.advance(100);
    const probe = breaker.tryAcquire()!;
    breaker.settle(late, 'success');
    expect(breaker.state).toBe('half-open');
    breaker.settle(probe, 'success');
    expect(breaker.state).toBe('closed');
  });
});

function fail(breaker: Breaker, times: number): void {
  for (let time = 0; time < times; time++) breaker.settle(breaker.tryAcquire()!, 'failure', new Error('down'));
}
