import { LatencyHistogram } from '../common/latency-histogram';
import { ManualClock } from '../testing/manual-clock';
import type { Pool } from './pool';
import { resolvePoolsOptions } from './pools-options-defaults';
import { PoolSet } from './pool-set';

function makePools(): Pool[] {
  const clock = new ManualClock();
  const options = resolvePoolsOptions({
    postgres: { url: 'postgres://localhost', named: { reports: { url: 'postgres://localhost/reports' } } },
    redis: { url: 'redis://localhost' },
    http: { upstreams: { users: ['http://localhost:1', 'http://localhost:2'] } },
    qdrant: { url: 'http://localhost' },
  });
  const pools = new PoolSet(options, clock).all();
  for (const { timings } of pools) for (const ms of [1, 2, 30]) timings.wait.record(ms);
  return pools;
}

describe('counts of a pool', () => {
  it.each(makePools().map((pool) => [pool.name, pool] as const))(
    'of %s are the figures of stats(), with histograms in place of quantiles',
    (_name, pool) => {
      const { wait, use, connect, ...counts } = pool.counts();
      const { wait: waitSummary, use: useSummary, connect: connectSummary, ...stats } = pool.stats();
      expect(counts).toEqual(stats);
      expect(wait).toMatchObject({ count: 3, sumMs: 33 });
      expect([wait, use, connect].map((histogram) => histogram.summary())).toEqual([
        waitSummary,
        useSummary,
        connectSummary,
      ]);
    },
  );

  it('make no quantile', () => {
    const pools = makePools();
    const quantiles = jest.spyOn(LatencyHistogram.prototype, 'quantileMs');
    try {
      for (const pool of pools) pool.counts();
      expect(quantiles).not.toHaveBeenCalled();
      pools[0]!.stats();
      expect(quantiles).toHaveBeenCalled();
    } finally {
      quantiles.mockRestore();
    }
  });
});
