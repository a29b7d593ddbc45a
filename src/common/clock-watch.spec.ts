import { ManualClock } from '../testing/manual-clock';
import { ClockWatch } from './clock-watch';

describe('ClockWatch', () => {
  it.each([3_600_000, -3_600_000, 1_000, -1_000])('tells a step of %d ms once', (stepMs) => {
    const clock = new ManualClock();
    const watch = new ClockWatch(clock);
    clock.advance(10_000);
    clock.step(stepMs);
    expect([watch.look(), watch.look()]).toEqual([stepMs, 0]);
  });

  it('takes neither time that passes nor a small correction for a step', () => {
    const clock = new ManualClock();
    const watch = new ClockWatch(clock);
    for (const passedMs of [0, 10_000, 86_400_000]) {
      clock.advance(passedMs);
      clock.step(999);
      expect(watch.look()).toBe(0);
    }
  });
});
