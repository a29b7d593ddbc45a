import { ManualClock } from '../testing/manual-clock';
import { Backoff } from './backoff';

describe('Backoff', () => {
  it('thins attempts out, yet never pauses for more than the share of the outage', () => {
    const clock = new ManualClock();
    const backoff = new Backoff({ minMs: 20, maxMs: 1_000, share: 0.05 }, clock, () => 1);
    let elapsedMs = 0;
    let attempts = 0;
    while (elapsedMs < 60_000) {
      const pauseMs = backoff.next();
      expect(pauseMs).toBeLessThanOrEqual(Math.max(25, elapsedMs * 0.05 * 1.25 + 0.001));
      expect(pauseMs).toBeLessThanOrEqual(1_250);
      clock.advance(pauseMs);
      elapsedMs += pauseMs;
      attempts++;
    }
    expect(attempts).toBeLessThan(150);
    backoff.reset();
    expect(backoff.failing).toBe(false);
    expect(backoff.next()).toBe(25);
  });
});
