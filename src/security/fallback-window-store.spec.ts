import { Logger } from '@nestjs/common';
import { ManualClock } from '../testing/manual-clock';
import { FallbackWindowStore } from './fallback-window-store';
import { MemoryWindowStore } from './memory-window-store';

describe('FallbackWindowStore', () => {
  const clock = new ManualClock();
  let primaryFails = false;
  let asked = 0;
  const primary = {
    hit: async () => answer(),
  };
  function answer() {
    asked++;
    if (primaryFails) throw new Error('no Redis');
    return { count: 7, resetMs: 5 };
  }

  beforeEach(() => {
    primaryFails = false;
    asked = 0;
    jest.spyOn(Logger.prototype, 'warn').mockImplementation();
    jest.spyOn(Logger.prototype, 'log').mockImplementation();
  });
  afterEach(() => jest.restoreAllMocks());

  it('asks the shared store while that answers', async () => {
    const store = new FallbackWindowStore(primary, new MemoryWindowStore(clock), clock);
    await expect(store.hit('a', 100)).resolves.toEqual({ count: 7, resetMs: 5 });
  });

  it('counts by itself while the shared one fails, asks that once a second, and says both once', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn');
    const log = jest.spyOn(Logger.prototype, 'log');
    const store = new FallbackWindowStore(primary, new MemoryWindowStore(clock), clock);
    primaryFails = true;
    for (let hit = 1; hit <= 5; hit++) expect((await store.hit('a', 60_000)).count).toBe(hit);
    expect(asked).toBe(1);
    clock.advance(1_000);
    const together = await Promise.all([store.hit('a', 60_000), store.hit('a', 60_000), store.hit('a', 60_000)]);
    expect(together.map(({ count }) => count).toSorted()).toEqual([6, 7, 8]);
    expect(asked).toBe(2);
    primaryFails = false;
    clock.advance(1_000);
    expect((await store.hit('a', 60_000)).count).toBe(7);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(log).toHaveBeenCalledTimes(1);
  });
});
