import { ManualClock } from '../../testing/manual-clock';
import { CompressedSeriesStore } from './compressed-series-store';
import { Labels } from './labels';
import { Matcher } from './matcher';
import { PlainSeriesStore } from '../../../test/support/plain-series-store';
import type { SeriesOrigin } from './series-store';
import { isStale } from './staleness';
import { selectedSeries, seriesNamed } from '../../../test/support/selected-series';

const START = 1_700_000_000_000;
const HOUR = 3_600_000;

describe.each([PlainSeriesStore, CompressedSeriesStore])('%p', (Store) => {
  function setUp() {
    const clock = new ManualClock(START);
    const store = new Store({ retentionMs: HOUR, maxSeriesPerKind: 2, memoryLimitBytes: 1e6 }, clock);
    return { clock, store };
  }

  it('answers what was appended, with the bounds of the range included, and marks where a series ended', () => {
    const { store } = setUp();
    const up = store.open(Labels.from({ __name__: 'up', job: 'a' }), 'gauge')!;
    for (let i = 0; i < 20; i++) expect(store.append(up, START - 200_000 + i * 10_000, i)).toBeUndefined();
    store.appendStale(up, START);
    const [found] = selectedSeries(store, [Matcher.equal('__name__', 'up')], START - 20_000, START);
    expect([...found!.samples.timestamps]).toEqual([START - 20_000, START - 10_000, START]);
    expect([...found!.samples.values]).toEqual([18, 19, NaN]);
    expect([0, 1, 2].map((index) => isStale(found!.samples.values, index))).toEqual([false, false, true]);
    expect(seriesNamed(store, 'down')).toEqual([]);
  });

  it('refuses and counts what is out of order, too old, too new, or one series too many', () => {
    const { store } = setUp();
    const a = store.open(Labels.from({ __name__: 'a' }), 'untyped', 'imported')!;
    store.open(Labels.from({ __name__: 'b' }), 'untyped', 'imported');
    expect(store.open(Labels.from({ __name__: 'c' }), 'untyped', 'imported')).toBeUndefined();
    store.append(a, START, 1);
    expect(store.append(a, START, 1)).toBe('out_of_order');
    expect(store.append(a, START - 2 * HOUR, 1)).toBe('too_old');
    expect(store.append(a, START + HOUR, 1)).toBe('too_new');
    expect(store.stats().dropped).toEqual({ series_limit: 1, out_of_order: 1, too_old: 1, too_new: 1 });
  });

  it('counts only what the service does not measure itself against imports', () => {
    const { store } = setUp();
    const open = (name: string, origin?: SeriesOrigin) => store.open(Labels.from({ __name__: name }), 'gauge', origin);
    for (const name of ['own_1', 'own_2', 'own_3']) expect(open(name)).toBeDefined();
    expect(open('a', 'imported')).toBeDefined();
    expect(open('b', 'restored')).toBeDefined();
    expect(open('c', 'imported')).toBeUndefined();
    open('b'); // the service measures again what it did before
    expect(open('c', 'imported')).toBeDefined();
    expect(open('d', 'imported')).toBeUndefined();
  });

  it('forgets what the retention no longer covers and closes series that have nothing left', () => {
    const { store, clock } = setUp();
    const old = store.open(Labels.from({ __name__: 'old' }), 'gauge')!;
    store.append(old, START, 1);
    clock.advance(2 * HOUR);
    store.beginTick(clock.now());
    store.enforceLimits();
    expect(old.closed).toBe(true);
    expect(store.stats()).toMatchObject({ series: 0, samples: 0 });
  });

  it('lists labels, values and the metadata of metrics that have series', () => {
    const { store } = setUp();
    for (const le of ['1', '+Inf']) {
      store.append(store.open(Labels.from({ __name__: 'lat_bucket', le }), 'histogram')!, START, 1);
    }
    store.describe('lat', { kind: 'histogram', help: 'how long', unit: 'seconds' });
    store.describe('gone', { kind: 'gauge', help: '', unit: '' });
    expect([...store.metadata().keys()]).toEqual(['lat']);
  });

  it('keeps what the service says of its own metrics, whatever an import says before or after', () => {
    const { store } = setUp();
    for (const name of ['up', 'foreign']) store.append(store.open(Labels.from({ __name__: name }), 'gauge')!, START, 1);
    const own = { kind: 'gauge', help: 'whether it is up', unit: '' } as const;
    const other = { kind: 'counter', help: 'nonsense', unit: 'bananas' } as const;
    store.describe('up', other, 'imported');
    store.describe('up', own);
    for (const name of ['up', 'foreign']) store.describe(name, other, 'imported');
    for (let i = 0; i < 20_000; i++) store.describe(`m${i}`, other, 'imported');
    expect(store.metadata().get('up')).toEqual(own);
    store.describe('foreign', other, 'imported');
    expect(store.metadata().get('foreign')).toEqual(other);
  });

  it('puts what a former process wrote before what there is', () => {
    const { store } = setUp();
    const series = store.open(Labels.from({ __name__: 'm' }), 'gauge')!;
    store.append(series, START, 3);
    const past = [START - 2 * HOUR, START - 2_000, START - 1_000, START];
    expect(
      store.backfill(series, { timestamps: Float64Array.from(past), values: Float64Array.from([0, 1, 2, 9]) }),
    ).toBe(2);
    const [found] = selectedSeries(store, []);
    expect([...found!.samples.timestamps]).toEqual([START - 2_000, START - 1_000, START]);
    expect([...found!.samples.values]).toEqual([1, 2, 3]);
  });
});
