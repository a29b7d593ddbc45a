import { LatencyHistogram } from '../../common/latency-histogram';
import { ManualClock } from '../../testing/manual-clock';
import { CacheService } from '../cache.service';

describe('CacheService.counts', () => {
  it('has the figures of stats(), with histograms in place of quantiles', async () => {
    const clock = new ManualClock();
    const cache = new CacheService({ redis: false }, clock);
    const users = cache.namespace('users');
    const slowly = (): number => (clock.advance(20), 1);
    await users.getOrSet('a', slowly);
    await users.getOrSet('a', slowly);

    const counts = cache.counts();
    const stats = cache.stats();
    const { loadTime, ...others } = counts.namespaces.find(({ name }) => name === 'users')!;
    const { loadTime: summary, ...same } = stats.namespaces.find(({ name }) => name === 'users')!;
    expect(others).toEqual(same);
    expect(others).toMatchObject({ loads: 1, memory: { hits: 1, misses: 1, entries: 1 }, redis: undefined });
    expect(loadTime.summary()).toEqual(summary);
    expect(loadTime).toMatchObject({ count: 1, sumMs: 20 });
    expect({ memory: counts.memory, redis: counts.redis }).toEqual({ memory: stats.memory, redis: stats.redis });
  });

  it('makes no quantile', () => {
    const cache = new CacheService({ redis: false }, new ManualClock());
    for (let at = 0; at < 10; at++) cache.namespace(`n${at}`);
    const quantiles = jest.spyOn(LatencyHistogram.prototype, 'quantileMs');
    try {
      expect(cache.counts().namespaces).toHaveLength(11);
      expect(quantiles).not.toHaveBeenCalled();
      cache.stats();
      expect(quantiles).toHaveBeenCalled();
    } finally {
      quantiles.mockRestore();
    }
  });
});
