import { stringBytes } from '../../common/own-string';
import { type Labels, NAME_LABEL } from './labels';
import { matchesAll, type Matcher } from './matcher';
import { MemorySeries } from './memory-series';
import type { SeriesKind } from './series-store';

/** A series beside its labels: the object, its places in the maps, its number. */
const SERIES_BYTES = 250;
/** To the name and the value of a label. */
const REFERENCES_BYTES = 16;

/** Finds series by their labels. Selectors nearly always name a metric, so the metric's name is what is indexed. */
export class SeriesIndex {
  private readonly byKey = new Map<string, MemorySeries>();
  private readonly byName = new Map<string, Set<MemorySeries>>();
  private readonly guests = new Map<SeriesKind, number>();
  private readonly freeIds: number[] = [];
  private nextId = 0;
  private labelBytes = 0;

  get size(): number {
    return this.byKey.size;
  }

  /** What the index and the series take on the heap. */
  get bytes(): number {
    return this.byKey.size * SERIES_BYTES + this.labelBytes;
  }

  all(): Iterable<MemorySeries> {
    return this.byKey.values();
  }

  get(key: string): MemorySeries | undefined {
    return this.byKey.get(key);
  }

  /** How many series of a kind the service does not measure itself. */
  guestsOf(kind: SeriesKind): number {
    return this.guests.get(kind) ?? 0;
  }

  add(labels: Labels, key: string, kind: SeriesKind, openedAtMs: number, guest: boolean): MemorySeries {
    const series = new MemorySeries(this.freeIds.pop() ?? this.nextId++, labels, kind, openedAtMs, guest);
    this.byKey.set(key, series);
    const named = this.byName.get(labels.name);
    if (named) named.add(series);
    else this.byName.set(labels.name, new Set([series]));
    if (guest) this.guests.set(kind, this.guestsOf(kind) + 1);
    this.labelBytes += bytesOf(labels, key);
    return series;
  }

  /** The service measures it from now on. */
  claim(series: MemorySeries): void {
    if (!series.guest) return;
    series.guest = false;
    this.guests.set(series.kind, this.guestsOf(series.kind) - 1);
  }

  /** Its id may be given to another series from now on: nothing may refer to it any more. */
  remove(series: MemorySeries): void {
    const { key, name } = series.labels;
    this.byKey.delete(key);
    const named = this.byName.get(name)!;
    named.delete(series);
    if (named.size === 0) this.byName.delete(name);
    this.claim(series); // no guest any more, either
    this.labelBytes -= bytesOf(series.labels, key);
    this.freeIds.push(series.id);
  }

  match(matchers: readonly Matcher[]): MemorySeries[] {
    const forName = matchers.filter((matcher) => matcher.name === NAME_LABEL);
    const others = matchers.filter((matcher) => matcher.name !== NAME_LABEL);
    const found: MemorySeries[] = [];
    for (const named of this.named(forName)) {
      for (const series of named) if (matchesAll(series.labels, others)) found.push(series);
    }
    return found;
  }

  private *named(matchers: readonly Matcher[]): Iterable<Set<MemorySeries>> {
    const exact = matchers.find((matcher) => matcher.operator === '=');
    const candidates = exact ? [exact.value] : this.byName.keys();
    for (const name of candidates) {
      const named = this.byName.get(name);
      if (named && matchers.every((matcher) => matcher.matches(name))) yield named;
    }
  }
}

/** The key, and each label with its two references. Names count although most are shared: nobody promises that they are. */
function bytesOf(labels: Labels, key: string): number {
  let bytes = stringBytes(key);
  for (const [name, value] of labels) bytes += stringBytes(name) + stringBytes(value) + REFERENCES_BYTES;
  return bytes;
}
