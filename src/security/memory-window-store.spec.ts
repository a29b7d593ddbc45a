import { cpuMsOf } from '../../test/support/cpu-time';
import { ManualClock } from '../testing/manual-clock';
import { MemoryWindowStore } from './memory-window-store';

describe('MemoryWindowStore', () => {
  it('counts from the first hit and begins again when the window is over', () => {
    const clock = new ManualClock();
    const store = new MemoryWindowStore(clock);
    expect(store.hit('a', 1_000)).toEqual({ count: 1, resetMs: 1_000 });
    clock.advance(400);
    expect(store.hit('a', 1_000)).toEqual({ count: 2, resetMs: 600 });
    expect(store.hit('b', 1_000)).toEqual({ count: 1, resetMs: 1_000 });
    clock.advance(600);
    expect(store.hit('a', 1_000)).toEqual({ count: 1, resetMs: 1_000 });
  });

  it('says a whole minute whatever fraction the clock is at', () => {
    for (let start = 0.1; start < 5_000; start *= 1.7) {
      expect(new MemoryWindowStore(new ManualClock(start)).hit('a', 60_000).resetMs).toBe(60_000);
    }
  });

  it('keeps a bounded number of keys, the oldest window goes first', () => {
    const store = new MemoryWindowStore(new ManualClock(), 3);
    for (const key of ['a', 'b', 'c', 'd']) store.hit(key, 1_000);
    expect(store.size).toBe(3);
    expect(store.hit('d', 1_000).count).toBe(2);
    expect(store.hit('a', 1_000).count).toBe(1);
  });

  it('forgets what is over as new windows begin', () => {
    const clock = new ManualClock();
    const store = new MemoryWindowStore(clock, 1_000);
    for (let key = 0; key < 500; key++) store.hit(String(key), 1_000);
    clock.advance(1_000);
    for (let key = 500; key < 1_000; key++) store.hit(String(key), 1_000);
    expect(store.size).toBe(500);
  });

  it('costs the same whatever was counted before', () => {
    const store = new MemoryWindowStore(new ManualClock());
    const time = () =>
      cpuMsOf(() => {
        for (let hit = 0; hit < 20_000; hit++) store.hit('busy', 60_000);
      });
    time();
    const early = time();
    for (let round = 0; round < 5; round++) time();
    // 20,000 hits among 140,000 others; a list of hits would be several times slower by now.
    expect(time()).toBeLessThan(Math.max(early * 5, 50));
  });
});
