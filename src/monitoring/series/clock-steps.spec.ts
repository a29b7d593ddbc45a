import * as fc from 'fast-check';
import { seriesNamed } from '../../../test/support/selected-series';
import { ManualClock } from '../../testing/manual-clock';
import { CompressedSeriesStore } from './compressed-series-store';
import { Labels } from './labels';
import { isStale } from './staleness';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = 1_700_000_000_000;
const OPTIONS = { retentionMs: 24 * HOUR, maxSeriesPerKind: 100, memoryLimitBytes: 1e9 };

function setUp(options = OPTIONS) {
  const clock = new ManualClock(START);
  const store = new CompressedSeriesStore(options, clock);
  let value = 0;
  /** What should be seen: the time of each sample with its value. */
  const model = new Map<number, number>();
  let wasSet = false;
  const tick = (count: number) => {
    for (let i = 0; i < count; i++) {
      clock.advance(10_000);
      store.beginTick(clock.now(), wasSet);
      wasSet = false;
      const ref = store.open(Labels.from({ __name__: 'm' }), 'gauge')!;
      expect(store.append(ref, clock.now(), ++value)).toBeUndefined();
      model.set(clock.now(), value);
      store.enforceLimits();
    }
  };
  const step = (ms: number) => {
    clock.step(ms);
    wasSet = ms !== 0;
  };
  const seen = () => {
    const [found] = seriesNamed(store, 'm');
    return new Map(Array.from(found?.samples.timestamps ?? [], (time, i) => [time, found!.samples.values[i]!]));
  };
  return { clock, store, tick, step, seen, model };
}

describe('samples of a clock that is set', () => {
  it('go on when it is set back, and what was measured before that time stays', () => {
    const { clock, tick, step, seen } = setUp();
    tick(500);
    step(-HOUR);
    const fromMs = clock.now();
    tick(100);
    const times = [...seen().keys()];
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times.at(-1)).toBe(clock.now());
    expect([...seen()].filter(([time]) => time > fromMs).map(([, value]) => value)).toEqual(
      Array.from({ length: 100 }, (_, i) => 501 + i),
    );
    expect(times.filter((time) => time <= fromMs)).toHaveLength(140);
  });

  it('are seen again once the clock is set forward again, but for what was measured twice', () => {
    const { tick, step, seen } = setUp();
    tick(500);
    step(-HOUR);
    tick(10);
    step(HOUR);
    tick(10);
    expect([...seen().values()].filter((value) => value > 500)).toHaveLength(20);
    expect(seen().size).toBe(500 + 10);
  });

  it('are what was measured last for each time, whatever is done to the clock', () => {
    const change = fc.record({
      ticks: fc.integer({ min: 1, max: 300 }),
      stepTicks: fc.oneof(fc.integer({ min: -400, max: 400 }), fc.integer({ min: -30_000, max: 30_000 })),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), (steps) => {
        const { clock, tick, step, seen, model } = setUp();
        for (const { ticks, stepTicks } of steps) {
          tick(ticks);
          step(stepTicks * 10_000);
        }
        tick(1);
        // What lies ahead is not seen while the service measures by the clock of now.
        const expected = [...model].filter(([time]) => time <= clock.now()).toSorted(([a], [b]) => a - b);
        expect([...seen()]).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('are all there when the clock was days ahead for a while, and meanwhile what was not saved is', () => {
    const { store, tick, step, seen, model } = setUp();
    tick(1_000);
    step(2 * DAY);
    tick(60);
    const [unsaved] = store.takeUnsaved();
    expect(unsaved!.samples.values).toHaveLength(1_060);
    expect(seen().size).toBe(1_060);
    expect(store.stats().samples).toBe(1_060);
    step(-2 * DAY);
    const before = [...model].slice(0, 1_000);
    tick(60);
    expect([...seen()]).toEqual([...before, ...[...model].slice(-60)]);
  });

  it('are forgotten once the retention has passed since they were taken, on whatever side of now they lie', () => {
    const { clock, store, tick, step, seen } = setUp();
    store.append(store.open(Labels.from({ __name__: 'before' }), 'gauge')!, clock.now(), 1);
    for (const stepMs of [2 * DAY, 400 * DAY, -700 * DAY]) {
      tick(300);
      step(stepMs);
    }
    const ahead = store.open(Labels.from({ __name__: 'ahead' }), 'gauge', 'imported')!;
    store.append(ahead, clock.now() + 60_000, 1);
    step(-10 * DAY);
    for (let hour = 0; hour < 27; hour++) {
      tick(60);
      expect(store.stats().samples).toBeLessThanOrEqual(902 + 60 * (hour + 1));
      clock.advance(HOUR - 600_000);
    }
    tick(480); // the sweep seals what is idle, and that goes with the hour
    clock.advance(25 * HOUR);
    tick(10);
    tick(10);
    expect(store.stats().series).toBe(1);
    expect(store.stats().samples).toBeLessThan(20 + 240); // the chunk that was open goes with its hour
    expect(Math.min(...seen().keys())).toBeGreaterThan(clock.now() - 25 * HOUR);
  });

  it('are not hidden by what had to go early while the clock was ahead', () => {
    const memoryLimitBytes = 150_000; // the rows of open chunks take 131,000
    const { clock, store, tick, step, seen } = setUp({ ...OPTIONS, memoryLimitBytes });
    const noise = (count: number) => {
      for (let i = 0; i < count; i++) {
        tick(1);
        const ref = store.open(Labels.from({ __name__: 'noise' }), 'gauge')!;
        store.append(ref, clock.now(), Math.random());
      }
    };
    step(2 * DAY);
    noise(3_000);
    expect(store.stats().evictedHours).toBeGreaterThan(0);
    step(-2 * DAY);
    tick(20);
    expect(seen().size).toBe(20);
    expect(store.stats().evictedBeforeMs).toBeUndefined();
    noise(2_000);
    // What lies ahead goes first, the past by the hour.
    expect(store.stats().evictedBeforeMs).toBeLessThan(clock.now());
    expect(Math.max(...seen().keys())).toBe(clock.now());
    expect(store.stats().bytes).toBeLessThanOrEqual(memoryLimitBytes);
  });

  it('are kept for the series that the service measures only; imported ones are judged by their own times', () => {
    const { clock, store, tick, step } = setUp();
    const imported = store.open(Labels.from({ __name__: 'imported' }), 'gauge', 'imported')!;
    tick(100);
    store.append(imported, clock.now(), 1);
    step(-HOUR);
    tick(1);
    expect(store.append(imported, clock.now(), 2)).toBe('out_of_order');
  });

  it('go on behind restored ones that are ahead, and end with a stale mark as ever', () => {
    const { clock, store, tick } = setUp();
    const times = Float64Array.from([START - 10_000, START + 60_000, START + 300_000]);
    const restored = store.open(Labels.from({ __name__: 'm' }), 'gauge', 'restored')!;
    store.backfill(restored, { timestamps: times, values: Float64Array.from([-1, -2, -3]) });
    tick(10);
    const [found] = seriesNamed(store, 'm');
    expect([...found!.samples.values]).toEqual([-1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    clock.advance(10_000);
    store.beginTick(clock.now());
    store.appendStale(restored, clock.now());
    expect(isStale(seriesNamed(store, 'm')[0]!.samples.values, 11)).toBe(true);
  });
});
