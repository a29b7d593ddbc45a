import type { Labels } from '../../monitoring/series/labels';
import { type Matcher, matchesAll } from '../../monitoring/series/matcher';
import type { SelectedSeries } from '../../monitoring/series/series-store';
import { writeStale } from '../../monitoring/series/staleness';
import type { Queryable } from '../../monitoring/promql/evaluation/query-run';
import type { RuleSeriesSink } from './rule-sample';

interface KeptSeries {
  readonly labels: Labels;
  timestamps: Float64Array;
  values: Float64Array;
  count: number;
}

const FIRST_ROOM = 16;

/** Series with any times in plain memory: for tests of rules, and for what a backtest yields beside what was measured. */
export class MemorySeries implements Queryable, RuleSeriesSink {
  private readonly byKey = new Map<string, KeptSeries>();
  private readonly byName = new Map<string, KeptSeries[]>();

  /** A sample that is not later than the last of its series is left out. */
  append(labels: Labels, timeMs: number, value: number): void {
    const series = this.room(labels, timeMs);
    if (series !== undefined) series.values[series.count++] = value;
  }

  end(labels: Labels, timeMs: number): void {
    const series = this.room(labels, timeMs);
    if (series !== undefined) writeStale(series.values, series.count++);
  }

  *select(matchers: readonly Matcher[], fromMs: number, toMs: number): Iterable<SelectedSeries> {
    const name = matchers.find((matcher) => matcher.name === '__name__' && matcher.operator === '=')?.value;
    const candidates = name === undefined ? this.byKey.values() : (this.byName.get(name) ?? []);
    for (const { labels, timestamps, values, count } of candidates) {
      if (!matchesAll(labels, matchers)) continue;
      const from = firstAtLeast(timestamps, count, fromMs);
      const to = firstAtLeast(timestamps, count, toMs + 1);
      if (from < to) {
        yield { labels, samples: { timestamps: timestamps.subarray(from, to), values: values.subarray(from, to) } };
      }
    }
  }

  private room(labels: Labels, timeMs: number): KeptSeries | undefined {
    const series = this.byKey.get(labels.key) ?? this.add(labels);
    if (series.count > 0 && series.timestamps[series.count - 1]! >= timeMs) return undefined;
    if (series.count === series.timestamps.length) {
      series.timestamps = grown(series.timestamps);
      series.values = grown(series.values);
    }
    series.timestamps[series.count] = timeMs;
    return series;
  }

  private add(labels: Labels): KeptSeries {
    const added = {
      labels,
      timestamps: new Float64Array(FIRST_ROOM),
      values: new Float64Array(FIRST_ROOM),
      count: 0,
    };
    this.byKey.set(labels.key, added);
    const { name } = labels;
    const named = this.byName.get(name);
    if (named === undefined) this.byName.set(name, [added]);
    else named.push(added);
    return added;
  }
}

function grown(array: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(array.length * 2);
  // As bytes: a stale mark must not pass through a number.
  new Uint8Array(larger.buffer).set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  return larger;
}

function firstAtLeast(timestamps: Float64Array, count: number, timeMs: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (timestamps[middle]! < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
