import type { Labels } from './labels';
import { type Matcher, matchesAll } from './matcher';

/** One measurement as an example of those that a series counts, usually with the trace it was part of. */
export interface Exemplar {
  readonly labels: Labels;
  readonly value: number;
  /** Unix ms. */
  readonly timestampMs: number;
}

export interface SeriesExemplars {
  readonly series: Labels;
  /** Ascending in time. */
  readonly exemplars: readonly Exemplar[];
}

interface Kept extends Exemplar {
  readonly series: Labels;
}

/** The latest exemplars of all series together, as in Prometheus: above `capacity` the one added first gives way. */
export class ExemplarStore {
  private readonly ring: Kept[] = [];
  private next = 0;

  constructor(private readonly capacity = 10_000) {}

  add(series: Labels, exemplar: Exemplar): void {
    this.ring[this.next] = { series, ...exemplar };
    this.next = (this.next + 1) % this.capacity;
  }

  /** The series that all matchers of any of the lists fit, in order, with their exemplars in fromMs ≤ time ≤ toMs. */
  select(selectors: readonly (readonly Matcher[])[], fromMs: number, toMs: number): SeriesExemplars[] {
    const found = new Map<string, { readonly series: Labels; readonly exemplars: Exemplar[] }>();
    for (const { series, labels, value, timestampMs } of this.ring) {
      if (timestampMs < fromMs || timestampMs > toMs) continue;
      if (!selectors.some((matchers) => matchesAll(series, matchers))) continue;
      const { key } = series;
      const of = found.get(key) ?? { series, exemplars: [] };
      of.exemplars.push({ labels, value, timestampMs });
      found.set(key, of);
    }
    for (const { exemplars } of found.values()) exemplars.sort((a, b) => a.timestampMs - b.timestampMs);
    return [...found.values()].toSorted((a, b) => a.series.compare(b.series));
  }
}
