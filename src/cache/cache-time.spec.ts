import { setTimeout as sleep } from 'node:timers/promises';
import { SystemClock } from '../common/clock';
import { CacheTime } from './cache-time';

class CountingClock extends SystemClock {
  reads = 0;
  nowMs = 1_000.5;
  override monotonic(): number {
    this.reads++;
    return this.nowMs;
  }
}

describe('the time of the cache', () => {
  it('reads the clock for rare reads, and leaves no timer behind', () => {
    const setTimer = jest.spyOn(globalThis, 'setTimeout');
    const clock = new CountingClock();
    const time = new CacheTime(clock);
    for (let read = 0; read < 10; read++) {
      clock.nowMs += 7;
      expect(time.now()).toBe(7 * (read + 1));
    }
    expect(setTimer).not.toHaveBeenCalled();
    setTimer.mockRestore();
  });

  it('stands still for the rest of the millisecond after many reads in it, and goes on after it', async () => {
    const clock = new CountingClock();
    const time = new CacheTime(clock);
    for (let read = 0; read < 100_000; read++) time.now();
    expect(clock.reads).toBeLessThan(1_000);
    clock.nowMs += 5;
    expect(time.now()).toBe(0);
    await sleep(20);
    expect(time.now()).toBe(5);
  });
});
