import type { SourceSeries } from './memory-source';
import { seeded } from './seeded';

/** When the comparison data begins: a time of whole two hours, so that it fills blocks of Prometheus evenly. */
export const BEGIN_MS = 1_699_999_200_000;
const HOUR_MS = 3_600_000;
export const END_MS = BEGIN_MS + 2 * HOUR_MS;
const INTERVAL_MS = 15_000;

type Value = (step: number) => number;

/** Two hours of series with everything that is hard: resets, gaps, NaN and Inf, odd buckets, late starts, jitter. */
export function comparisonData(): SourceSeries[] {
  const random = seeded(5);
  const series: SourceSeries[] = [];
  const add = (
    name: string,
    labels: Record<string, string>,
    value: Value,
    { from = 0, to = 480, jitterMs = 0, gap = [0, 0] }: SeriesShape = {},
  ) => {
    const samples: [number, number][] = [];
    for (let step = from; step < to; step++) {
      if (step >= gap[0] && step < gap[1]) continue;
      const jitter = jitterMs === 0 ? 0 : Math.floor(random() * jitterMs);
      samples.push([BEGIN_MS + step * INTERVAL_MS + jitter, value(step)]);
    }
    series.push({ labels: { __name__: name, ...labels }, samples });
  };

  for (const job of ['api', 'web'])
    for (const instance of ['a:80', 'b:80', 'c:80'])
      for (const code of ['200', '404', '500']) {
        const rate = 1 + random() * 40;
        const shape = {
          jitterMs: instance === 'b:80' ? 2_000 : 0,
          gap: code === '404' ? ([200, 240] as const) : undefined,
          to: instance === 'c:80' && code === '500' ? 300 : 480,
        };
        add('requests_total', { job, instance, code }, counter(random, rate, code === '500' ? 0.01 : 0.002), shape);
      }
  for (const instance of ['a:80', 'b:80', 'c:80']) {
    add('instance_info', { job: 'api', instance, version: instance === 'c:80' ? '2' : '1' }, () => 1);
    add('memory_bytes', { job: 'api', instance }, walk(random, 1e8, 1e6));
    add('limit_bytes', { job: 'api', instance }, () => 2e8);
    add('small_ratio', { instance, job: 'web' }, (step) => Math.sin(step / 20) * 1e-9);
  }
  for (const room of ['kitchen', 'bath', 'attic', 'höhle "1"', 'a\\b']) {
    add('temperature', { room }, walk(random, 20, 0.5), room === 'attic' ? { from: 100, to: 220 } : {});
  }
  add('edge', { kind: 'nan' }, (step) => (step % 7 === 0 ? NaN : step));
  add('edge', { kind: 'inf' }, (step) => (step % 50 === 3 ? Infinity : step % 50 === 30 ? -Infinity : step / 3));
  add('edge', { kind: 'onlynan' }, () => NaN);
  add('edge', { kind: 'negative' }, (step) => -step * 1.5);
  add('edge', { kind: 'huge' }, (step) => 1e300 * (1 + step / 1_000));
  add('edge', { kind: 'tiny' }, (step) => 1e-300 * step);
  add('edge', { kind: 'zero' }, () => 0);
  add('edge', { kind: 'constant' }, () => 42.5);
  add('sparse', { every: '4m' }, (step) => step, {});
  thin(series, 16);
  add('sparse', { every: '7m' }, (step) => step * 2);
  thin(series, 28);
  for (const path of ['/', '/slow']) histogram(add, random, path);
  addOddHistograms(add);
  add('same', { name: 'x' }, (step) => step);
  add('also', { name: 'x' }, (step) => step * 2);
  add('one_sample', {}, () => 7, { from: 240, to: 241 });
  add('epoch_seconds', { at: 'leap' }, (step) => 1_582_934_400 + step * 3_601);
  add('epoch_seconds', { at: 'before' }, (step) => -step * 1e8 - 0.5);
  return series;
}

interface SeriesShape {
  readonly from?: number;
  readonly to?: number;
  readonly jitterMs?: number;
  readonly gap?: readonly [number, number] | undefined;
}

type Add = (name: string, labels: Record<string, string>, value: Value, shape?: SeriesShape) => void;

function counter(random: () => number, rate: number, resets: number): Value {
  let total = Math.floor(random() * 1_000);
  return () => (total = random() < resets ? 0 : total + Math.floor(random() * rate));
}

function walk(random: () => number, start: number, stride: number): Value {
  let value = start;
  return () => (value += (random() - 0.5) * stride);
}

function histogram(add: Add, random: () => number, path: string): void {
  const bounds = ['0.1', '0.5', '1', '2.5', '+Inf'];
  const steps = Array.from({ length: 480 }, () => bounds.map(() => Math.floor(random() * 5)));
  for (const [index, le] of bounds.entries()) {
    let total = 0;
    const totals = steps.map((step) => (total += step.slice(0, index + 1).reduce((sum, count) => sum + count, 0)));
    add('latency_seconds_bucket', { path, le }, (step) => totals[step]!);
  }
}

function addOddHistograms(add: Add): void {
  // Counts that fall, a bound written in two ways, and one without +Inf.
  for (const [le, count] of Object.entries({ '1': 10, '2': 8, '3': 12, '+Inf': 11 })) {
    add('odd_bucket', { kind: 'falling', le }, () => count);
  }
  for (const [le, count] of Object.entries({ '1': 3, '1.0': 4, '5': 9, Inf: 20 })) {
    add('odd_bucket', { kind: 'twice', le }, () => count);
  }
  for (const [le, count] of Object.entries({ '1': 3, '2': 5 })) add('odd_bucket', { kind: 'open', le }, () => count);
  for (const [le, count] of Object.entries({ '-2': 3, '-1': 5, '+Inf': 6 })) {
    add('odd_bucket', { kind: 'below', le }, () => count);
  }
  add('odd_bucket', { kind: 'bad', le: 'many' }, () => 1);
  add('odd_bucket', { kind: 'empty', le: '+Inf' }, () => 0);
}

/** Leaves of the last series every so manieth sample. */
function thin(series: SourceSeries[], every: number): void {
  const { labels, samples } = series.pop()!;
  series.push({ labels, samples: samples.filter((_, index) => index % every === 0) });
}

/** When the series with ends begin: after everything else, because Prometheus only takes later samples. */
export const STALE_BEGIN_MS = END_MS + 600_000;

/** Series that end, some to come back: in letters, `s` the mark of an end, `n` an ordinary NaN, `_` no sample. */
export function staleData(): SourceSeries[] {
  const shapes = {
    ends: '123456789s',
    returns: '1234s____5678s_9',
    twice: '12ss34',
    nan: '12n45n',
    blinks: '1s2s3s4s5s6s7s8s9s',
    late: '________________s12345',
    only: 's',
    gap: '1234____________________________5678',
  };
  return Object.entries(shapes).map(([shape, letters]) => ({
    labels: { __name__: 'ending', shape },
    samples: [...letters].flatMap((letter, step): (readonly [number, number | undefined])[] => {
      if (letter === '_') return [];
      const value = letter === 's' ? undefined : letter === 'n' ? NaN : Number(letter);
      return [[STALE_BEGIN_MS + step * 30_000, value]];
    }),
  }));
}

/** Queries in which it matters where a series ends. */
export const STALE_QUERIES: readonly string[] = [
  'ending',
  'ending offset 1m',
  'ending @ end()',
  'timestamp(ending)',
  'count(ending)',
  'sum by (shape) (ending)',
  'absent(ending{shape="ends"})',
  'absent_over_time(ending{shape="returns"}[1m])',
  'ending[5m]',
  'ending{shape=~"b.*|t.*"}[2m]',
  'rate(ending[3m])',
  'increase(ending[90s])',
  'delta(ending[2m])',
  'idelta(ending[4m])',
  'count_over_time(ending[3m])',
  'last_over_time(ending[2m])',
  'sum_over_time(ending[5m])',
  'present_over_time(ending[1m])',
  'changes(ending[5m])',
  'resets(ending[5m])',
  'quantile_over_time(0.5, ending[5m])',
  'deriv(ending[4m])',
  'max_over_time(ending[5m:30s])',
  'count_over_time(ending[5m:17s] offset 45s)',
  'ending > 3',
  'ending or on(shape) vector(1)',
  'ending unless ending offset 3m',
  'ending / ending offset 2m',
  'topk(2, ending)',
];
