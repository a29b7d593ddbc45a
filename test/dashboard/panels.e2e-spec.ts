import { RANGES, gridOf } from '../../dashboard/src/state/time-range';
import { type Panel, queryOn } from '../../dashboard/src/panels/panel';
import { PromqlEngine } from '../../src/monitoring/promql/promql-engine';
import { MemorySource, type SourceSeries } from '../promql/memory-source';

const INTERVAL_SECONDS = 10;
const DAY_SECONDS = 86_400;
/** Unix seconds; no multiple of any step, as the present seldom is. */
const NOW = 1_700_000_003;

/** A day of samples; only the sample at `peak` is another. */
function day(name: string, valueAt: (index: number) => number): SourceSeries {
  const samples: [number, number][] = [];
  const count = DAY_SECONDS / INTERVAL_SECONDS;
  for (let index = 0; index <= count; index++)
    samples.push([(NOW - DAY_SECONDS + index * INTERVAL_SECONDS) * 1_000, valueAt(index)]);
  return { labels: { __name__: name }, samples };
}

const panelOf = (query: string, extreme: 'max' | 'min' = 'max'): Panel => ({
  id: 'test',
  title: 'test',
  unit: 'count',
  extreme,
  help: '',
  queries: [{ query, name: '' }],
});

/** What the chart of a range draws: the values of its points. */
async function drawn(engine: PromqlEngine, panel: Panel, seconds: number): Promise<number[]> {
  const grid = gridOf({ last: seconds }, INTERVAL_SECONDS, NOW);
  const query = queryOn(panel.queries[0]!, panel, grid, INTERVAL_SECONDS);
  const { value } = await engine.range(query, grid.start * 1_000, grid.end * 1_000, grid.step * 1_000);
  if (value.type !== 'vector') throw new Error(`a vector is expected, not a ${value.type}`);
  return value.columns.flatMap(({ values }) => [...values].filter((one) => !Number.isNaN(one)));
}

describe('the queries of charts', () => {
  const last = DAY_SECONDS / INTERVAL_SECONDS;

  it.each(RANGES.map(({ seconds, label }) => [label, seconds] as const))(
    'show a peak and a dip of one sample over %s, wherever it lies',
    async (_, seconds) => {
      const samples = seconds / INTERVAL_SECONDS;
      for (const share of [0.11, 0.5, 0.77]) {
        const at = last - Math.round(samples * share);
        const gauge = new PromqlEngine(new MemorySource([day('gauge', (index) => (index === at ? 51 : 1))]));
        expect(Math.max(...(await drawn(gauge, panelOf('gauge'), seconds)))).toBe(51);
        expect(Math.max(...(await drawn(gauge, panelOf('sum(gauge)'), seconds)))).toBe(51);
        const dip = new PromqlEngine(new MemorySource([day('gauge', (index) => (index === at ? 0 : 1))]));
        expect(Math.min(...(await drawn(dip, panelOf('gauge', 'min'), seconds)))).toBe(0);
        // 510 failures between two samples: 51 a second over 10 s, 8.5 a second over the minute that a rate sees.
        const burst = new PromqlEngine(new MemorySource([day('failures_total', (index) => (index >= at ? 510 : 0))]));
        const rates = await drawn(burst, panelOf('sum(rate(failures_total[$w]))'), seconds);
        expect(Math.max(...rates)).toBeGreaterThan(8);
        expect(Math.max(...rates)).toBeLessThan(11);
      }
    },
    60_000,
  );

  it('have at most 300 points, whose times do not move with the clock', () => {
    for (const { seconds } of RANGES) {
      const one = gridOf({ last: seconds }, INTERVAL_SECONDS, NOW);
      const next = gridOf({ last: seconds }, INTERVAL_SECONDS, NOW + 3);
      expect((one.end - one.start) / one.step).toBeLessThanOrEqual(301);
      expect([one.start % one.step, next.start % one.step, one.step % INTERVAL_SECONDS]).toEqual([0, 0, 0]);
    }
  });
});
