import * as fc from 'fast-check';
import { ManualClock } from '../../testing/manual-clock';
import { CHUNK_SAMPLES, CompressedSeriesStore } from './compressed-series-store';
import { Labels } from './labels';
import { PlainSeriesStore } from '../../../test/support/plain-series-store';
import { FUTURE_TOLERANCE_MS, type SeriesStore } from './series-store';
import { selectedSeries, seriesNamed } from '../../../test/support/selected-series';

const START = 1_700_000_000_000;
const HOUR = 3_600_000;
const SERIES = 4;
const bits = new BigUint64Array(1);
const asNumber = new Float64Array(bits.buffer);

type Step =
  | { readonly kind: 'ticks'; readonly count: number; readonly without: number; readonly ends: boolean }
  | { readonly kind: 'import'; readonly series: number; readonly count: number; readonly stepMs: number }
  | { readonly kind: 'backfill'; readonly series: number; readonly count: number }
  | { readonly kind: 'pause'; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('ticks' as const),
    count: fc.integer({ min: 1, max: 400 }),
    without: fc.integer({ min: -1, max: SERIES - 1 }),
    ends: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('import' as const),
    series: fc.nat(SERIES - 1),
    count: fc.integer({ min: 1, max: 600 }),
    stepMs: fc.integer({ min: 1, max: 30_000 }),
  }),
  fc.record({
    kind: fc.constant('backfill' as const),
    series: fc.nat(SERIES - 1),
    count: fc.integer({ min: 1, max: 600 }),
  }),
  fc.record({ kind: fc.constant('pause' as const), ms: fc.nat(2 * HOUR) }),
);

const labelsOf = (series: number) => Labels.from({ __name__: `m${series % 2}`, series: String(series) });

/** Does to a store what the steps say, with values made from `seed`. @returns what each append answered */
function play(store: SeriesStore, clock: ManualClock, steps: readonly Step[], seed: bigint): unknown[] {
  const answers: unknown[] = [];
  let word = seed;
  let lastMs = START;
  const nextValue = () => {
    word = (word * 6_364_136_223_846_793_005n + 1n) & 0xffff_ffff_ffff_ffffn;
    bits[0] = word;
    return Number(word >> 60n) < 12 ? Number(word >> 56n) : asNumber[0]!;
  };
  for (const one of steps) {
    if (one.kind === 'pause') clock.advance(one.ms);
    if (one.kind === 'ticks') {
      for (let tick = 0; tick < one.count; tick++) {
        clock.advance(10_000);
        store.beginTick(clock.now());
        for (let series = 0; series < SERIES; series++) {
          const ref = store.open(labelsOf(series), 'gauge')!;
          if (series !== one.without) answers.push(store.append(ref, clock.now(), nextValue()));
          else if (tick === 0 && one.ends) answers.push(store.appendStale(ref, clock.now()));
        }
        store.enforceLimits();
      }
      lastMs = clock.now();
    }
    if (one.kind === 'import') {
      const ref = store.open(labelsOf(one.series), 'gauge')!;
      for (let i = 0; i < one.count; i++) answers.push(store.append(ref, lastMs + (i + 1) * one.stepMs, nextValue()));
      clock.advance(FUTURE_TOLERANCE_MS); // what is ahead of the service's own samples is another test's: clock-steps
    }
    if (one.kind === 'backfill') {
      const timestamps = Float64Array.from({ length: one.count }, (_, i) => START - (one.count - i) * 7_000);
      const values = Float64Array.from(timestamps, nextValue);
      answers.push(store.backfill(store.open(labelsOf(one.series), 'gauge')!, { timestamps, values }));
    }
  }
  return answers;
}

function dump(store: SeriesStore, fromMs: number, toMs: number) {
  return selectedSeries(store, [], fromMs, toMs)
    .map(({ labels, samples }) => ({
      labels: labels.key,
      timestamps: [...samples.timestamps],
      values: [...new BigUint64Array(samples.values.slice().buffer)],
    }))
    .toSorted((a, b) => (a.labels < b.labels ? -1 : 1));
}

describe('CompressedSeriesStore', () => {
  const options = { retentionMs: 2 * HOUR, maxSeriesPerKind: 100, memoryLimitBytes: 1e9 };

  it('holds, bit for bit, what the plain store holds, whatever was appended, imported, ended or left out', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 12 }),
        fc.bigInt(0n, 2n ** 64n - 1n),
        fc.nat(3 * HOUR),
        (steps, seed, ago) => {
          const stores = [PlainSeriesStore, CompressedSeriesStore].map((Store) => {
            const clock = new ManualClock(START);
            const store = new Store(options, clock);
            const answers = play(store, clock, steps, seed);
            const now = clock.now();
            return {
              answers,
              all: dump(store, 0, Infinity),
              part: dump(store, now - ago, now - ago / 3),
              dropped: store.stats().dropped,
            };
          });
          expect(stores[1]).toEqual(stores[0]);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('reads one series after the other into the same memory', () => {
    const clock = new ManualClock(START);
    const store = new CompressedSeriesStore(options, clock);
    for (let i = 0; i < 10; i++) {
      store.append(store.open(Labels.from({ __name__: `m${i}` }), 'gauge')!, START, i);
    }
    const seen = new Map<ArrayBufferLike, number[]>();
    for (const { samples } of store.select([], 0, Infinity)) {
      const { buffer } = samples.values;
      seen.set(buffer, [...(seen.get(buffer) ?? []), ...samples.values]);
    }
    expect([...seen.values()]).toEqual([[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]]);
  });

  it('gives the oldest hour of every series up when the byte budget is used up, and says so', () => {
    const clock = new ManualClock(START);
    const store = new CompressedSeriesStore({ ...options, retentionMs: 48 * HOUR, memoryLimitBytes: 2_000_000 }, clock);
    const refs = Array.from({ length: 200 }, (_, i) =>
      store.open(Labels.from({ __name__: 'm', i: String(i) }), 'gauge')!,
    );
    let noise = 1;
    let evictions = 0;
    expect(store.stats().evictedBeforeMs).toBeUndefined();
    for (let tick = 0; tick < 4 * 360; tick++) {
      clock.advance(10_000);
      store.beginTick(clock.now());
      for (const ref of refs) store.append(ref, clock.now(), (noise = (noise * 16_807) % 2_147_483_647) / 3);
      evictions += Number(store.enforceLimits());
      expect(store.stats().bytes).toBeLessThanOrEqual(2_000_000);
    }
    const { evictedHours, evictedBeforeMs, oldestMs } = store.stats();
    expect(evictions).toBe(evictedHours);
    expect(evictedBeforeMs).toBe(oldestMs);
    expect(evictedHours).toBeGreaterThan(0);
    expect(oldestMs).toBeGreaterThan(START + HOUR / 2);
    const found = seriesNamed(store, 'm');
    expect(found).toHaveLength(200);
    for (const { samples } of found) {
      expect(samples.timestamps[0]).toBe(Math.ceil(oldestMs! / 10_000) * 10_000);
      expect(samples.timestamps.at(-1)).toBe(clock.now());
    }
  });

  it('refuses series whose open chunks alone would use the byte budget up', () => {
    const store = new CompressedSeriesStore({ ...options, memoryLimitBytes: 1_000_000 }, new ManualClock(START));
    const opened = Array.from({ length: 1_000 }, (_, i) => store.open(Labels.from({ __name__: `m${i}` }), 'gauge'));
    expect(opened.filter((ref) => ref !== undefined)).toHaveLength(Math.floor(500_000 / (CHUNK_SAMPLES * 8)));
    expect(store.stats().dropped.series_limit).toBe(1_000 - opened.filter((ref) => ref !== undefined).length);
  });

  it('leaves room for what the service measures, however much is imported or comes back', () => {
    const room = Math.floor(500_000 / (CHUNK_SAMPLES * 8));
    for (const origin of ['imported', 'restored'] as const) {
      const limits = { ...options, maxSeriesPerKind: 1_000, memoryLimitBytes: 1_000_000 };
      const store = new CompressedSeriesStore(limits, new ManualClock(START));
      const open = (name: string, as?: 'imported' | 'restored') =>
        store.open(Labels.from({ __name__: name }), 'gauge', as);
      const guests = Array.from({ length: 1_000 }, (_, i) => open(`guest_${i}`, origin)).filter((ref) => ref);
      expect(guests).toHaveLength(Math.floor(room * 0.75));
      const own = Array.from({ length: 1_000 }, (_, i) => open(`own_${i}`)).filter((ref) => ref);
      expect(own).toHaveLength(room - guests.length);
    }
  });

  it('gives the place of a forgotten series to another without mixing their samples', () => {
    const clock = new ManualClock(START);
    const store = new CompressedSeriesStore(options, clock);
    const tick = (name: string, ticks: number) => {
      const ref = store.open(Labels.from({ __name__: name }), 'gauge')!;
      for (let i = 0; i < ticks; i++) {
        clock.advance(10_000);
        store.beginTick(clock.now());
        store.append(ref, clock.now(), i);
        store.enforceLimits();
      }
      return ref;
    };
    const old = tick('old', 300);
    tick('between', 1_500);
    expect(old.closed).toBe(true);
    expect(store.append(old, clock.now() + 1, 1)).toBe('too_old');
    tick('new', 10);
    expect(seriesNamed(store, 'old')).toEqual([]);
    const [found] = seriesNamed(store, 'new');
    expect([...found!.samples.values]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});
