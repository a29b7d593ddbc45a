import { ManualClock } from '../../testing/manual-clock';
import { PeakEwma } from './peak-ewma';

describe('PeakEwma', () => {
  it('follows a peak at once and forgets it slowly', () => {
    const clock = new ManualClock();
    const ewma = new PeakEwma(clock, 10_000);
    ewma.observe(10);
    ewma.observe(500);
    expect(ewma.valueMs).toBe(500);
    clock.advance(1_000);
    ewma.observe(10);
    expect(ewma.valueMs).toBeGreaterThan(400);
    for (let second = 0; second < 120; second++) {
      clock.advance(1_000);
      ewma.observe(10);
    }
    expect(ewma.valueMs).toBeCloseTo(10, 0);
  });

  it('decays without traffic, so that a slow endpoint is tried again', () => {
    const clock = new ManualClock();
    const ewma = new PeakEwma(clock, 10_000);
    ewma.observe(1_000);
    clock.advance(10_000);
    expect(ewma.valueMs).toBeCloseTo(1_000 / Math.E);
  });

  it('does not depend on how often it is read', () => {
    const clock = new ManualClock();
    const [read, unread] = [new PeakEwma(clock, 1_000), new PeakEwma(clock, 1_000)];
    read.observe(100);
    unread.observe(100);
    for (let i = 0; i < 100; i++) {
      clock.advance(10);
      void read.valueMs;
    }
    expect(read.valueMs).toBeCloseTo(unread.valueMs);
  });
});
