import type { Labels } from '../labels';
import type { MetricMetadata, SeriesKind, SeriesRef, SeriesStore } from '../series-store';
import type { JournalPlace } from './journal-format';
import { type EntryVisitor, RecordReader, recordsOf, savedIn } from './record-reader';
import type { SegmentFiles } from './segment-files';

/** What the journal of a former process brought. */
export interface Replayed {
  readonly samples: number;
  /** Segments that could not be read to their end, for another reason than a crash amid a write. */
  readonly damaged: readonly number[];
}

/**
 * Puts what a former process took, and what was not saved elsewhere before it ended, into a store that nobody else
 * appends to yet. A segment counts up to its first record that is not whole.
 */
export async function replay(files: SegmentFiles, store: SeriesStore): Promise<Replayed> {
  const segments = files.segments;
  const damaged: number[] = [];
  let samples = 0;
  const saved = await lastSaved(files);
  for (const segment of segments.filter((number) => number >= saved.segment)) {
    const into = new StoreVisitor(store);
    const reader = new RecordReader(into);
    const records = recordsOf(await files.read(segment));
    let next = records.next();
    for (; next.done !== true; next = records.next()) {
      into.isSaved = segment === saved.segment && next.value.offset < saved.offset;
      reader.read(next.value);
    }
    samples += into.samples;
    if (next.value === 'damaged') damaged.push(segment);
  }
  return { samples, damaged };
}

/** The place before which everything is saved; the latest counts. */
async function lastSaved(files: SegmentFiles): Promise<JournalPlace> {
  for (const segment of files.segments.toReversed()) {
    let found: JournalPlace | undefined;
    for (const record of recordsOf(await files.read(segment))) found = savedIn(record) ?? found;
    if (found !== undefined) return found;
  }
  return { segment: 0, offset: 0 };
}

/** A series that is opened when a sample of it comes. */
interface Explained {
  readonly labels: Labels;
  readonly kind: SeriesKind;
  readonly isOwn: boolean;
  /** `null`: the store has no place for it. */
  ref?: SeriesRef | null;
}

class StoreVisitor implements EntryVisitor {
  samples = 0;
  /** Whether the samples that come next are saved elsewhere; what explains others counts all the same. */
  isSaved = false;
  private readonly explained = new Map<number, Explained>();

  constructor(private readonly store: SeriesStore) {}

  tick(timestampMs: number, clockWasSet: boolean): void {
    if (!this.isSaved) this.store.beginTick(timestampMs, clockWasSet);
  }

  series(id: number, labels: Labels, kind: SeriesKind, isOwn: boolean): void {
    this.explained.set(id, { labels, kind, isOwn });
  }

  metric(name: string, metadata: MetricMetadata): void {
    this.store.describe(name, metadata, 'restored');
  }

  saved(): void {
    // Was looked for before.
  }

  sample(id: number, timestampMs: number, value: number | undefined): void {
    const series = this.explained.get(id);
    if (this.isSaved || series === undefined) return;
    series.ref ??= this.store.open(series.labels, series.kind, series.isOwn ? 'own' : 'restored') ?? null;
    if (series.ref === null) return;
    const refused =
      value === undefined
        ? this.store.appendStale(series.ref, timestampMs)
        : this.store.append(series.ref, timestampMs, value);
    if (refused === undefined) this.samples++;
  }
}
